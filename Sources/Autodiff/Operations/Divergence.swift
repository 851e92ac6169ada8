import Tensors

/// L = ∇·, the sum of each component's difference quotient along its axis.
///
/// Channels are the components of one vector, or of several one after the other; the result has a channel for each vector.
public struct Divergence: FieldOperator {
  private let points: Int
  private let quotients: [DifferenceQuotient]

  public init(grid: [Int], spacing: [Double], isPeriodic: [Bool]) {
    points = grid.reduce(1, *)
    quotients = grid.indices.map {
      DifferenceQuotient(grid: grid, axis: $0, spacing: spacing[$0], isPeriodic: isPeriodic[$0])
    }
  }

  private func vectors(_ channels: Int) -> Int {
    precondition(channels % quotients.count == 0, "channels are no vectors")
    return channels / quotients.count
  }

  public func resultCount(channels: Int) -> Int { points * vectors(channels) }
  public func scratchCount(channels: Int) -> Int { 2 * points }

  public func apply(_ kernels: Kernels, _ x: Slice, channels: Int, scratch: Slice, into y: Slice) {
    let (component, slope) = (scratch.dropping(0, length: points), scratch.dropping(points, length: points))
    for vector in 0..<vectors(channels) {
      for (axis, quotient) in quotients.enumerated() {
        kernels.copyRows(
          rows: points, width: 1, x.dropping(vector * quotients.count + axis), stride: channels,
          into: component,
          stride: 1)
        quotient.apply(kernels, component, channels: 1, scratch: slope, into: slope)
        kernels.scale(1, slope, into: y.dropping(vector * points), accumulate: axis > 0)
      }
    }
  }

  public func addTransposed(
    _ kernels: Kernels, _ alpha: Double, _ y: Slice, channels: Int, scratch: Slice, into x: Slice
  ) {
    let component = scratch.dropping(0, length: points)
    for vector in 0..<vectors(channels) {
      for (axis, quotient) in quotients.enumerated() {
        kernels.clear(component)
        quotient.addTransposed(
          kernels, alpha, y.dropping(vector * points, length: points), channels: 1, scratch: component,
          into: component)
        kernels.copyRows(
          rows: points, width: 1, component, stride: 1, into: x.dropping(vector * quotients.count + axis),
          stride: channels, accumulate: true)
      }
    }
  }
}
