/// Relative Sobolev norm with derivatives by finite differences, over all points and channels together.
///
///     √Σ(e² + Σ_a (D_a e)²) / √Σ(y² + Σ_a (D_a y)²)
///
/// `D` is the central difference `(u_{i+1} − u_{i−1}) / 2h`. It wraps around on periodic axes; on others
/// the two end points have one-sided differences of third order, or of first order on axes of two or
/// three points. With the default spacing `h = 1/N`, the derivative of `sin 2πkx` has the factor
/// `sin(2πkh)/h ≈ 2πk`, so that this is mostly a measure of gradients.
///
/// - References: `H1Loss` of neuraloperator (J. Kossaifi et al., arXiv:2412.10354) for one channel.
public struct RelativeH1: Metric {
  public static let identifier = "relativeH1"
  public static let definition = "√Σ(e² + |De|²) / √Σ(y² + |Dy|²), D by central differences with h = 1/N"

  public init() {}

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    let sums = SquareSums(prediction, target, grid)
    var error = sums.error
    var reference = sums.target
    for axis in grid.points.indices {
      let derivative = FiniteDifference(grid, axis: axis)
      error += derivative.squares { prediction[$0] - target[$0] }
      reference += derivative.squares { target[$0] }
    }
    return relative(error.squareRoot(), to: reference.squareRoot())
  }
}

/// First derivative along one axis of a grid.
struct FiniteDifference {
  private let points: Int
  /// Distance in memory of neighbours on the axis.
  private let stride: Int
  private let lines: Int
  private let spacing: Double
  private let isPeriodic: Bool

  init(_ grid: MetricGrid, axis: Int) {
    points = grid.points[axis]
    stride = grid.points[(axis + 1)...].reduce(grid.channels, *)
    lines = grid.points[..<axis].reduce(1, *)
    spacing = grid.spacing[axis]
    isPeriodic = grid.isPeriodic[axis]
  }

  /// Sum over the grid of the squared derivative of a function of the memory index.
  @inline(__always)
  func squares(_ value: (Int) -> Double) -> Double {
    var sum = 0.0
    let central = 1 / (2 * spacing)
    for line in 0..<lines {
      let start = line &* points &* stride
      for i in 1..<max(1, points &- 1) {
        let row = start &+ i &* stride
        for at in row..<row &+ stride {
          let slope = (value(at &+ stride) - value(at &- stride)) * central
          sum += slope * slope
        }
      }
      for at in start..<start &+ stride {
        let (first, last) = ends { value(at &+ $0 &* stride) }
        sum += first * first + last * last
      }
    }
    return sum
  }

  /// The derivative of a function of the memory index, for a grid of one channel.
  func values(into slopes: inout [Double], _ value: (Int) -> Double) {
    let central = 1 / (2 * spacing)
    for line in 0..<lines {
      for within in 0..<stride {
        let start = line * points * stride + within
        for i in 1..<max(1, points - 1) {
          let at = start + i * stride
          slopes[at] = (value(at + stride) - value(at - stride)) * central
        }
        let (first, last) = ends { value(start + $0 * stride) }
        slopes[start] = first
        slopes[start + (points - 1) * stride] = last
      }
    }
  }

  /// Derivatives at the two ends of a line, whose values are given by their place on it; one point has none.
  private func ends(_ u: (Int) -> Double) -> (first: Double, last: Double) {
    let n = points
    guard n > 1 else { return (0, 0) }
    if isPeriodic {
      return ((u(1) - u(n - 1)) / (2 * spacing), (u(0) - u(n - 2)) / (2 * spacing))
    }
    guard n > 3 else { return ((u(1) - u(0)) / spacing, (u(n - 1) - u(n - 2)) / spacing) }
    let first = -11 * u(0) + 18 * u(1) - 9 * u(2) + 2 * u(3)
    let last = 11 * u(n - 1) - 18 * u(n - 2) + 9 * u(n - 3) - 2 * u(n - 4)
    return (first / (6 * spacing), last / (6 * spacing))
  }
}
