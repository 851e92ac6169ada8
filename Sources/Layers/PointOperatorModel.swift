import Autodiff
import Fields
import Tensors

/// An operator model whose output can be asked for at any point: a function of the input function and of coordinates.
///
/// On a grid it is asked at the grid's points, and at all times of the output where its channels are times; the
/// coordinates are constants of the recorded computation, so what follows from them alone is computed once for all
/// samples of a lane.
public protocol PointOperatorModel: OperatorModel {
  var signature: OperatorSignature { get }
  /// The condition that the output meets in the model's own space.
  var boundary: HardBoundary { get }

  /// Records the output at points.
  ///
  /// - Parameters:
  ///   - input: `[B, Cin, N…]`.
  ///   - points: `[1 or B, D, P]`, coordinates as the data give them: the grid's, then time if the output has times.
  /// - Returns: `[B, K, P]`, K output channels at one time.
  func callAsFunction(_ input: Variable, at points: Variable) -> Variable
}

extension PointOperatorModel {
  public var boundary: HardBoundary { .none }

  /// Output channels at one point and one time.
  public var outputsPerPoint: Int { signature.outputChannels / max(1, signature.outputTimes.count) }

  public func callAsFunction(_ input: Variable) -> Variable {
    let (graph, grid) = (input.graph, input.shape.grid)
    let dimensions = grid.count + (signature.outputTimes.isEmpty ? 0 : 1)
    let points = graph.points(signature.coordinates(grid: grid), dimensions: dimensions)
    return self(input, at: points).reshaped(
      FieldShape(batch: input.shape.batch, grid: grid, channels: signature.outputChannels))
  }
}

extension Graph {
  /// Points that all samples share, `[count][dimensions]` coordinates.
  public func points(_ coordinates: [Double], dimensions: Int) -> Variable {
    let buffer = HostBuffer(count: coordinates.count, precision: precision)
    for (index, value) in coordinates.enumerated() { buffer[index] = value }
    return constant(
      buffer, FieldShape(batch: 1, grid: [coordinates.count / dimensions], channels: dimensions))
  }
}

extension OperatorSignature {
  /// Coordinates of the output on a grid of these extents over the same domain: `[N…][times][D]`.
  func coordinates(grid: [Int]) -> [Double] {
    let positions = zip(axes, grid).map { $0.positions(count: $1) }
    let times: [Double?] = outputTimes.isEmpty ? [nil] : outputTimes
    var points: [[Double]] = [[]]
    for axis in positions { points = points.flatMap { point in axis.map { point + [$0] } } }
    return points.flatMap { point in times.flatMap { time in point + (time.map { [$0] } ?? []) } }
  }

  /// The domain of each coordinate of a point.
  public var queryDomain: [CoordinateRange] {
    let times =
      outputTimes.isEmpty
      ? [] : [CoordinateRange(from: outputTimes[0], to: outputTimes[outputTimes.count - 1])]
    let domain = axes.map(\.domain) + times
    let needed = queries?.dimensions ?? domain.count
    return needed == domain.count
      ? domain : Array(repeating: CoordinateRange(origin: 0, length: 1), count: needed)
  }
}

extension CoordinateRange {
  fileprivate init(from low: Double, to high: Double) {
    self.init(origin: low, length: high > low ? high - low : 1)
  }
}

extension GridAxis {
  /// Distance of neighbouring points.
  private var spacing: Double {
    count > 1 ? (coordinates[count - 1] - coordinates[0]) / Double(count - 1) : 1
  }

  /// From one end of the axis to the other.
  fileprivate var domain: CoordinateRange {
    guard let first = coordinates.first else { return CoordinateRange(origin: 0, length: 1) }
    switch boundary {
    case .periodic: return CoordinateRange(origin: first, length: Double(count) * spacing)
    case .closed: return CoordinateRange(origin: first, length: count > 1 ? Double(count - 1) * spacing : 1)
    case .cellCentred: return CoordinateRange(origin: first - 0.5 * spacing, length: Double(count) * spacing)
    }
  }

  /// Points of the axis when it has another number of them: equally spaced over the same domain.
  fileprivate func positions(count n: Int) -> [Double] {
    if n == count { return coordinates }
    return (0..<n).map { j in
      let fraction =
        switch boundary {
        case .periodic: Double(j) / Double(n)
        case .closed: n > 1 ? Double(j) / Double(n - 1) : 0
        case .cellCentred: (Double(j) + 0.5) / Double(n)
        }
      return domain.origin + fraction * domain.length
    }
  }
}
