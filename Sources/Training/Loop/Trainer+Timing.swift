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

/// What follows the lanes in an update, once a step on all workers.
public struct UpdateTime: Sendable {
  public struct Part: Sendable {
    public let seconds: Double
    /// Bytes of the arrays read and written.
    public let bytes: Double
  }

  /// Summing the lanes' gradients.
  public let reduction: Part
  public let optimizer: Part
}

extension Trainer {
  /// Samples that ``timeOperations(clock:)`` computes: those of a pass of the first lane.
  public var timedSamples: Int {
    let lane = max(1, configuration.batch / max(1, configuration.laneCount))
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

  /// Times the sum of the lanes' gradients and the optimizer, the median of seven turns each.
  ///
  /// The learning rate is zero, so weights stay; the optimizer's moments change. For benchmarks.
  public func timeUpdate(clock: () -> Double) -> UpdateTime {
    let gradient = runner.gradients[0]
    let rule = optimizerUnderWay.rule
    let turns = (0..<7).map { _ in
      let start = clock()
      pool.forEach(segments.count) { index, _ in
        kernels.reduceLanes(runner.gradients, range: segments[index].range, scale: 1, into: gradient)
      }
      let middle = clock()
      pool.forEach(segments.count) { index, _ in
        rule.update(
          segments[index], step: max(1, progress.step), learningRate: 0, kernels: kernels, parameters: values,
          gradients: gradient, state: state)
      }
      return (middle - start, clock() - middle)
    }
    let array = Double(segments.reduce(0) { $0 + $1.range.count } * values.precision.byteCount)
    return UpdateTime(
      reduction: .init(
        seconds: turns.map(\.0).sorted()[3], bytes: array * Double(runner.gradients.count + 1)),
      optimizer: .init(
        seconds: turns.map(\.1).sorted()[3], bytes: array * Double(2 * (1 + state.count) + 1)))
  }
}
