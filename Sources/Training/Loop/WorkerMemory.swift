import Autodiff
import Tensors

/// The memory of each worker of a pool, shared by everything that runs on the pool at different times: training,
/// validation, prediction.
public final class WorkerMemory {
  let workers: [FrameMemory]

  /// Bytes that one worker may use where samples could also be computed one at a time: what stays in a core's part of
  /// the last-level cache.
  private static let budget = 16 << 20

  public init(_ pool: WorkerPool, precision: Precision) {
    workers = (0..<pool.workerCount).map { _ in FrameMemory(precision: precision) }
  }

  public var byteCount: Int { workers.reduce(0) { $0 + $1.byteCount } }

  /// A frame for each worker.
  func frames(_ program: Program, parameters: HostBuffer) -> [Frame] {
    workers.map { Frame(program, parameters: parameters, memory: $0) }
  }

  /// Samples to predict at a time, at most `most`, when one takes `bytes`.
  static func samples(ofBytes bytes: Int, most: Int) -> Int { max(1, min(most, budget / max(1, bytes))) }
}
