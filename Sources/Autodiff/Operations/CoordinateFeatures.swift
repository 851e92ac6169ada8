import Tensors

/// A function of a point, each of whose coordinates s is scaled to [0, 1] over the domain.
public enum CoordinateFeature: Sendable, Equatable {
  /// s of an axis.
  case coordinate(Int)
  /// cos 2πfs
  case cosine(Int, frequency: Double)
  /// sin 2πfs
  case sine(Int, frequency: Double)
  /// Distance from the middle of the domain in the plane of the first two axes; 1/2 reaches its sides.
  case radius
  /// Cosine of the angle there; 1 in the middle itself.
  case angleCosine
  /// Sine of the angle there; 0 in the middle itself.
  case angleSine
  /// ∏ 4s(1 − s) over the axes: 0 on their ends, 1 in the middle.
  case vanishing([Int])
  /// 0 on the ends of the axes, 1 inside.
  case inside([Int])

  func value(_ s: (Int) -> Double) -> Double {
    switch self {
    case .coordinate(let axis): return s(axis)
    case .cosine(let axis, let frequency): return sineAndCosine(2 * .pi * frequency * s(axis)).cosine
    case .sine(let axis, let frequency): return sineAndCosine(2 * .pi * frequency * s(axis)).sine
    case .radius: return polar(s).radius
    case .angleCosine:
      let (radius, x, _) = polar(s)
      return radius > 0 ? x / radius : 1
    case .angleSine:
      let (radius, _, y) = polar(s)
      return radius > 0 ? y / radius : 0
    case .vanishing(let axes): return axes.reduce(1) { $0 * 4 * s($1) * (1 - s($1)) }
    case .inside(let axes): return axes.allSatisfy { min(s($0), 1 - s($0)) > endTolerance } ? 1 : 0
    }
  }

  private func polar(_ s: (Int) -> Double) -> (radius: Double, x: Double, y: Double) {
    let (x, y) = (s(0) - 0.5, s(1) - 0.5)
    return ((x * x + y * y).squareRoot(), x, y)
  }
}

/// A coordinate in single precision is this close to an end when it is the end.
private let endTolerance = 1e-6

/// Origin and length of the domain along one coordinate.
public struct CoordinateRange: Sendable, Equatable {
  public var origin: Double
  public var length: Double

  public init(origin: Double, length: Double) {
    precondition(length > 0, "a domain has a length")
    self.origin = origin
    self.length = length
  }
}

extension Variable {
  /// Functions of points given by their coordinates; the points receive no gradient.
  ///
  /// - Parameter domain: one range per channel of x, which is a coordinate.
  /// - Returns: one channel per feature.
  public func features(_ features: [CoordinateFeature], domain: [CoordinateRange]) -> Variable {
    precondition(
      domain.count == shape.channels, "\(shape.channels) coordinates in a domain of \(domain.count)")
    let (rows, width, count) = (shape.rows, shape.channels, features.count)
    return graph.record(
      "features", inputs: [self], output: shape.with(channels: count),
      forward: { c in
        let (x, y) = (c.input(0), c.output)
        for row in 0..<rows {
          for (index, feature) in features.enumerated() {
            y[row * count + index] = feature.value { axis in
              (x[row * width + axis] - domain[axis].origin) / domain[axis].length
            }
          }
        }
      },
      backward: { _ in preconditionFailure("points receive no gradient") })
  }
}
