/// What operations of one name cost together in one lane's step.
public struct OperationTime: Sendable {
  public let name: String
  public let count: Int
  /// Seconds.
  public let forward: Double
  public let backward: Double
}

extension Trainer {
  /// Times each operation of one lane's forward and backward pass on one core; nothing is updated.
  ///
  /// - Returns: one entry per kind of operation, the costliest first.
  public func timeOperations(clock: () -> Double) -> [OperationTime] {
    let count = max(1, configuration.batch / max(1, min(configuration.lanes, configuration.batch)))
    let times = timedLane(samples: min(count, configuration.samplesPerPass ?? count), clock: clock)
    let groups = Dictionary(grouping: times, by: \.name)
    return groups.map { name, all in
      OperationTime(
        name: name, count: all.count, forward: all.reduce(0) { $0 + $1.forward },
        backward: all.reduce(0) { $0 + $1.backward })
    }.sorted { ($1.forward + $1.backward, $0.name) < ($0.forward + $0.backward, $1.name) }
  }
}
