import Tensors

/// On which of several grids each update is done: any `count` updates in a row, counted from the first of a multiple of
/// `count`, take each grid once, in an order that is a function of the seed and the update's number.
public struct GridTurns: Sendable {
  public let count: Int
  private let numbers: Philox

  public init(count: Int, seed: UInt64) {
    self.count = count
    numbers = Philox(seed: seed, stream: "grids")
  }

  /// The grids of updates number `first` to `first + updates − 1`.
  public func grids(from first: Int, updates: Int) -> [Int] {
    if count == 1 { return Array(repeating: 0, count: updates) }
    var grids: [Int] = []
    grids.reserveCapacity(updates + count)
    for turn in (first / count)...((first + updates - 1) / count) {
      let order = numbers.permutation(count: count, index: UInt64(turn))
      for (place, grid) in order.enumerated() where (first..<first + updates).contains(turn * count + place) {
        grids.append(grid)
      }
    }
    return grids
  }
}
