#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Descriptors 0 to 2, whoever started the program.
enum StandardStreams {
  /// Gives closed ones to the null device. A file that the program opens would get their numbers otherwise, and progress
  /// would be written into it. Closed input and output are opened for reading, so that printing a result still fails.
  static func openClosed() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      _ = open("/dev/null", descriptor == 2 ? O_WRONLY : O_RDONLY)
    }
  }
}
