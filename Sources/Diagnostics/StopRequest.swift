import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whether someone asked the program to stop; long loops poll it between steps.
///
/// The first SIGINT, SIGTERM or SIGUSR1 asks: the job finishes its step, leaves its files whole and exits
/// with ``ExitCode/stoppedResumable``; a line on standard error says so, as a step may take long. A second SIGINT or
/// SIGTERM exits at once with 130 or 143; files are still whole, because every file appears by a rename when it is complete.
public struct StopRequest: Sendable {
  private let poll: @Sendable () -> Bool

  /// A request that `poll` answers, such as a time budget or a test.
  public init(_ poll: @escaping @Sendable () -> Bool) { self.poll = poll }

  public var isRequested: Bool { poll() }

  /// A request that never comes.
  public static let never = StopRequest { false }

  /// Installs the signal handlers, ignores SIGPIPE (a write says so instead), and returns the request that
  /// the signals make. A parent that starts programs with these signals blocked is overruled.
  public static func fromSignals() -> StopRequest {
    pendingSignal.store(0, ordering: .relaxed)
    signal(SIGPIPE, SIG_IGN)
    var action = sigaction()
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handleSignal
    #else
      action.__sigaction_handler.sa_handler = handleSignal
    #endif
    action.sa_flags = Int32(SA_RESTART)
    var handled = sigset_t()
    sigemptyset(&handled)
    for number in [SIGINT, SIGTERM, SIGUSR1] {
      sigaction(number, &action, nil)
      sigaddset(&handled, number)
    }
    pthread_sigmask(SIG_UNBLOCK, &handled, nil)
    return StopRequest { pendingSignal.load(ordering: .relaxed) != 0 }
  }

  /// The name of the signal that asked, if one did.
  public static var signalName: String? {
    switch pendingSignal.load(ordering: .relaxed) {
    case 0: nil
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    default: "SIGUSR1"
    }
  }
}

/// The first signal that came. A handler may only touch lock-free atomics, and it can only reach globals.
private let pendingSignal = Atomic<Int32>(0)

private func handleSignal(_ number: Int32) {
  let first = pendingSignal.compareExchange(expected: 0, desired: number, ordering: .relaxed)
  if first.exchanged {
    // Behind a progress line that has not ended; write(2) is one of the few calls that a handler may make.
    let notice: StaticString = "\nstopping when what is under way is done; a second signal stops at once\n"
    let interrupted = errno
    defer { errno = interrupted }
    _ = write(STDERR_FILENO, notice.utf8Start, notice.utf8CodeUnitCount)
  } else if number != SIGUSR1 {
    _exit(128 + number)
  }
}
