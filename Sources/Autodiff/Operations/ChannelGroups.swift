import Tensors

extension Variable {
  /// Groups of channels as samples of their own, `[B, C, N…]` → `[B·G, c, N…]`: the variables of a system as tokens.
  ///
  /// - Parameter groups: channels of each group, as many in all; a channel may be in several groups, or in none.
  public func separated(_ groups: [[Int]]) -> Variable {
    guard let width = groups.first?.count else { preconditionFailure("there is a group") }
    precondition(
      width > 0
        && groups.allSatisfy { $0.count == width && $0.allSatisfy { (0..<shape.channels).contains($0) } },
      "groups are equally large and name channels")
    let (points, channels) = (shape.points, shape.channels)
    let sources = groups.flatMap { group in
      (0..<points).flatMap { point in group.map { point * channels + $0 } }
    }
    return gathered(
      "separated", GatherTable(sources), width: 1,
      into: FieldShape(batch: shape.batch * groups.count, grid: shape.grid, channels: width))
  }

  /// Each `count` samples as one with their channels side by side, `[B·G, c, N…]` → `[B, G·c, N…]`.
  public func joined(_ count: Int) -> Variable {
    precondition(shape.batch % count == 0, "the samples are no groups of \(count)")
    let points = shape.points
    let together = reshaped(
      FieldShape(batch: shape.batch / count, grid: [count * points], channels: shape.channels))
    let sources = (0..<points).flatMap { point in (0..<count).map { $0 * points + point } }
    return together.gathered(
      "joined", GatherTable(sources), width: shape.channels,
      into: FieldShape(batch: together.shape.batch, grid: shape.grid, channels: count * shape.channels))
  }
}
