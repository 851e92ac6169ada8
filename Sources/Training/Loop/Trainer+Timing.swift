import Autodiff

/// What operations of one name cost together in one lane's step.
public struct OperationTime: Sendable {
  /// Sums of one direction.
  public struct Direction: Sendable {
    public var seconds = 0.0
    /// Additions and multiplications.
    public var flops = 0.0
    /// Bytes of the arrays read and written, each counted once an operation.
    public var bytes = 0.0
  }

  public let name: String
  public let count: Int
  public let forward: Direction
  public let backward: Direction
  public var seconds: Double { forward.seconds + backward.seconds }
  public var flops: Double { forward.flops + backward.flops }
  public var bytes: Double { forward.bytes + backward.bytes }

  init(name: String, _ costs: [OperationCost]) {
    self.name = name
    count = costs.count
    (forward, backward) = costs.reduce(into: (Direction(), Direction())) { sums, cost in
      sums.0.seconds += cost.forwardSeconds
      sums.0.flops += cost.flops.forward
      sums.0.bytes += Double(cost.forwardBytes)
      if cost.backwardSeconds == 0 { return }
      sums.1.seconds += cost.backwardSeconds
      sums.1.flops += cost.flops.backward
      sums.1.bytes += Double(cost.backwardBytes)
    }
  }
}

extension Trainer {
  /// Samples that ``timeOperations(clock:)`` computes: those of a pass of the first lane.
  public var timedSamples: Int {
    let lane = max(1, configuration.batch / max(1, min(configuration.lanes, configuration.batch)))
    return min(lane, configuration.samplesPerPass ?? lane)
  }

  /// Times each operation of one lane's forward and backward pass on one core; nothing is updated.
  ///
  /// - Returns: one entry per kind of operation, the costliest first.
  public func timeOperations(clock: () -> Double) -> [OperationTime] {
    Dictionary(grouping: timedLane(samples: timedSamples, clock: clock), by: \.name).map {
      OperationTime(name: $0, $1)
    }
    .sorted { ($1.seconds, $0.name) < ($0.seconds, $1.name) }
  }
}
