import COpenBLAS

/// OpenBLAS on the caller's thread alone: workers solve side by side, so threads of the library would only compete.
public enum LibraryThreads {
  /// True, once the library uses one thread and those that it started when it was loaded have ended. Read at the start
  /// of a program: until they are ended they spin, and take time from its workers. Read before every first call of the
  /// library too: one that runs on several threads while another thread ends them waits for them for ever.
  public static let areStopped: Bool = {
    openblas_set_num_threads(1)
    opkit_stop_openblas_threads()
    return true
  }()
}
