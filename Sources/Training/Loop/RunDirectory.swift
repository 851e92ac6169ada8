import Configuration
import Files
import Foundation

/// The directory of one training run: resolved configuration, metrics, checkpoints, plot.
///
/// One process at a time: a lock that the system releases when its holder dies.
public final class RunDirectory {
  public let path: String
  private let lock: Int32

  public static let configurationName = "config.resolved.json"
  /// Stays behind when its holder is killed, and then holds nothing.
  public static let lockName = ".lock"
  public var lastCheckpoint: String { RunDirectory.lastCheckpoint(in: path) }
  private static func lastCheckpoint(in path: String) -> String { path + "/last.safetensors" }
  public var bestCheckpoint: String { path + "/best.safetensors" }
  public var metricsPath: String { path + "/metrics.jsonl" }
  public var summaryPath: String { path + "/summary.json" }
  public var lossPlotPath: String { path + "/loss.png" }
  private var configurationPath: String { path + "/" + RunDirectory.configurationName }

  /// Takes the directory, making it if it is not there.
  ///
  /// - Throws: ``TrainingError/runLocked(path:holder:)``, or a diagnostic of status 4 where nothing can be written.
  public init(path: String) throws {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FilesError.cannotWrite(path: path, action: "make", reason: error.localizedDescription)
    }
    let lockPath = path + "/" + RunDirectory.lockName
    let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw FilesError.cannotWrite(path: lockPath, action: "open", reason: String(cString: strerror(errno)))
    }
    let isFree: Bool
    do {
      isFree = try lockAlone(descriptor, path: lockPath)
    } catch {
      close(descriptor)
      throw error
    }
    guard isFree else {
      let holder = (try? String(contentsOfFile: lockPath, encoding: .utf8)) ?? ""
      close(descriptor)
      throw TrainingError.runLocked(path: path, holder: holder.isEmpty ? "the directory is locked" : holder)
    }
    // Last, so that what is refused is not released a second time.
    lock = descriptor
    ftruncate(lock, 0)
    let text = "held by process \(getpid())"
    _ = text.withCString { write(lock, $0, strlen($0)) }
  }

  deinit {
    ftruncate(lock, 0)
    close(lock)
  }

  /// Removes what an earlier run left here; last what says that the directory is a run's.
  public func clear() throws {
    for name in [
      lastCheckpoint, bestCheckpoint, metricsPath, summaryPath, lossPlotPath, path + "/panels.png",
      configurationPath,
    ] where access(name, F_OK) == 0 && unlink(name) != 0 {
      throw FilesError.cannotWrite(path: name, action: "remove", reason: String(cString: strerror(errno)))
    }
  }

  /// Whether a run in this directory can be continued.
  public static func hasCheckpoint(in path: String) -> Bool { access(lastCheckpoint(in: path), F_OK) == 0 }

  public func writeConfiguration(_ configuration: JSONValue) throws {
    try AtomicFile.write(configuration.serialized(indent: 2) + "\n", to: configurationPath, overwrite: true)
  }

  public func writeSummary(_ summary: JSONValue) throws {
    try AtomicFile.write(summary.serialized(indent: 2) + "\n", to: summaryPath, overwrite: true)
  }

  /// The metrics of the epochs up to and including `epoch`.
  public func metrics(upTo epoch: Int) -> [JSONValue] {
    guard let text = try? String(contentsOfFile: metricsPath, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").compactMap { try? JSONValue.parse(String($0), source: metricsPath) }
      .filter { ($0["epoch"]?.intValue ?? .max) <= epoch }
  }

  /// Cuts the metrics back to the checkpoint that a run continues from.
  public func truncateMetrics(to epoch: Int) throws {
    let lines = metrics(upTo: epoch).map { $0.serialized(indent: nil) + "\n" }
    try AtomicFile.write(lines.joined(), to: metricsPath, overwrite: true)
  }

  /// Appends one epoch's metrics as a line.
  public func appendMetrics(_ line: JSONValue) throws {
    guard let file = fopen(metricsPath, "a") else {
      throw FilesError.cannotWrite(
        path: metricsPath, action: "append to", reason: String(cString: strerror(errno)))
    }
    let written = fputs(line.serialized(indent: nil) + "\n", file)
    guard fclose(file) == 0, written >= 0 else {
      throw FilesError.cannotWrite(
        path: metricsPath, action: "append to", reason: String(cString: strerror(errno)))
    }
  }
}
