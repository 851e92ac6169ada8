import Foundation
import Testing

/// The real program, as a user starts it.
enum Binary {
  /// What a run left on its streams.
  struct Outcome {
    var status: Int32
    var output: String
    var error: String
  }

  /// The executable that the build put beside the test bundle.
  static let url: URL = {
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return bundle.deletingLastPathComponent().appendingPathComponent("opkit")
  }()

  /// A started program whose streams go to files, so that no pipe can fill up.
  final class Run {
    private static let patience = 60.0

    let process = Process()
    private let output: URL
    private let error: URL

    init(_ arguments: [String], in scratch: Scratch, environment: [String: String] = [:]) throws {
      let number = UUID().uuidString
      output = scratch.outside.appendingPathComponent("\(number).out")
      error = scratch.outside.appendingPathComponent("\(number).err")
      for url in [output, error] { try Data().write(to: url) }
      process.executableURL = Binary.url
      process.arguments = arguments
      process.currentDirectoryURL = scratch.url
      process.environment = ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"].merging(environment) {
        $1
      }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = try FileHandle(forWritingTo: error)
      try process.run()
    }

    /// What has been written to standard error so far.
    var errorText: String { (try? String(contentsOf: error, encoding: .utf8)) ?? "" }

    /// Lets the program run in slices of a few milliseconds until the condition holds, and leaves it stopped there.
    ///
    /// The program makes no progress while the test waits for a processor, so a busy machine cannot let it run
    /// past the point where a test wants to interrupt it. What is sent to it now arrives at ``resume()``.
    ///
    /// - Returns: false when it ended, or a minute passed, before the condition held.
    func advance(until condition: () -> Bool) -> Bool {
      let pid = process.processIdentifier
      let deadline = Date(timeIntervalSinceNow: Run.patience)
      while process.isRunning, Date() < deadline {
        kill(pid, SIGSTOP)
        while process.isRunning, statistics.first != "T", Date() < deadline { usleep(100) }
        if condition() { return true }
        kill(pid, SIGCONT)
        usleep(3_000)
      }
      return false
    }

    /// Lets a program that ``advance(until:)`` stopped run on.
    func resume() { kill(process.processIdentifier, SIGCONT) }

    /// What the system says of the process: its state, and from field 11 on user and system time.
    private var statistics: [Substring] {
      let stat =
        (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
      // Before these stands the name, in parentheses.
      return stat.split(separator: ")").last?.split(separator: " ") ?? []
    }

    /// Seconds of processor time that the program has used.
    var processorSeconds: Double {
      let fields = statistics
      guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
        return 0
      }
      return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Whether a signal has been sent and not yet been delivered.
    var hasPendingSignal: Bool {
      let path = "/proc/\(process.processIdentifier)/status"
      let lines = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
      let sets = lines.filter { $0.hasPrefix("SigPnd:") || $0.hasPrefix("ShdPnd:") }
      return sets.contains { $0.split(separator: "\t").last?.contains { $0 != "0" } ?? false }
    }

    deinit {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Waits for the end; a program that takes longer than any test may is killed, which its status shows.
    func finish() throws -> Outcome {
      let deadline = Date(timeIntervalSinceNow: Run.patience)
      while process.isRunning, Date() < deadline { usleep(2_000) }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
      // A death by signal counts as shells count it.
      let status =
        process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
      return Outcome(
        status: status, output: try String(contentsOf: output, encoding: .utf8), error: errorText)
    }
  }

  static func run(
    _ arguments: [String], in scratch: Scratch, environment: [String: String] = [:]
  ) throws -> Outcome {
    try Run(arguments, in: scratch, environment: environment).finish()
  }
}

/// A directory of a test's own that goes away with it.
final class Scratch {
  /// Where programs run; only what they write is in it.
  let url: URL
  /// Where the harness keeps its own files.
  let outside: URL
  private let root: URL

  init() throws {
    root = FileManager.default.temporaryDirectory.appendingPathComponent("opkit-test-\(UUID().uuidString)")
    url = root.appendingPathComponent("work")
    outside = root.appendingPathComponent("streams")
    for directory in [url, outside] {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  func write(_ text: String, to name: String) throws {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func data(_ name: String) throws -> Data { try Data(contentsOf: url.appendingPathComponent(name)) }

  /// Names of everything in the directory, hidden files too, directories with a slash.
  var contents: [String] {
    (FileManager.default.subpaths(atPath: url.path) ?? []).sorted()
  }
}

/// The repository that this test was built from.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}
