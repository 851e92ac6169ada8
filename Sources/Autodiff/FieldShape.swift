/// Shape of a batch of functions: `[B, C, N₁, …, N_d]` in the order of the papers.
///
/// In memory channels come last, `[sample][N₁]…[N_d][channel]`, so that every layer is a matrix product with
/// contiguous channels. A grid without axes holds one value per channel: a loss per sample, say.
public struct FieldShape: Sendable, Equatable, CustomStringConvertible {
  public var batch: Int
  public var grid: [Int]
  public var channels: Int

  public init(batch: Int, grid: [Int], channels: Int) {
    precondition(batch >= 0 && channels >= 1 && grid.allSatisfy { $0 >= 1 }, "a shape's extents are positive")
    self.batch = batch
    self.grid = grid
    self.channels = channels
  }

  /// Grid points of one sample.
  public var points: Int { grid.reduce(1, *) }
  /// Points of the whole batch.
  public var rows: Int { batch * points }
  /// Elements of one sample.
  public var sampleCount: Int { points * channels }
  public var count: Int { batch * sampleCount }

  public func with(channels: Int) -> FieldShape { FieldShape(batch: batch, grid: grid, channels: channels) }
  public func with(grid: [Int]) -> FieldShape { FieldShape(batch: batch, grid: grid, channels: channels) }

  public var description: String {
    "[\(([batch, channels] + grid).map(String.init).joined(separator: ", "))]"
  }
}
