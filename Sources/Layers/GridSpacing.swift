import Autodiff
import Fields
import Tensors

/// The spacing of every grid of one domain, from the axes of the data that a model is built for.
public struct GridSpacing: Sendable {
  /// Extent of the domain along each axis, in the units of its coordinates.
  public let lengths: [Double]
  /// Where the points of each axis are.
  public let placements: [PointPlacement]
  /// The grid of the data that the model was built for.
  public let trainingGrid: [Int]

  public init(_ axes: [GridAxis]) {
    placements = axes.map { PointPlacement($0.boundary) }
    trainingGrid = axes.map(\.count)
    lengths = axes.map { axis in
      guard axis.count > 1, let first = axis.coordinates.first, let last = axis.coordinates.last else {
        return 1
      }
      // Periodic points and cell centres stand for one spacing more than lies between first and last.
      return axis.boundary == .closed
        ? last - first : (last - first) * Double(axis.count) / Double(axis.count - 1)
    }
  }

  /// Distance of neighbouring points along each axis.
  public func callAsFunction(_ grid: [Int]) -> [Double] {
    grid.indices.map { lengths[$0] / Double(placements[$0].intervals(of: grid[$0])) }
  }

  /// Weights of the trapezoidal rule at the points of a grid, the domain's measure being 1: all equal but for half of it
  /// at the ends of closed axes.
  public func quadrature(_ grid: [Int], precision: Precision) -> HostBuffer {
    let axes = grid.indices.map { axis -> [Double] in
      let (n, isClosed) = (grid[axis], placements[axis] == .closed)
      let each = 1 / Double(placements[axis].intervals(of: n))
      return (0..<n).map { isClosed && n > 1 && ($0 == 0 || $0 == n - 1) ? each / 2 : each }
    }
    let products = axes.reduce([1.0]) { products, axis in products.flatMap { p in axis.map { p * $0 } } }
    let weights = HostBuffer(count: products.count, precision: precision)
    for (i, product) in products.enumerated() { weights[i] = product }
    return weights
  }

  /// The field on another grid of the domain, linear between its points.
  ///
  /// - Parameter periodic: the rule on periodic axes, such as ``Resampling/fourier``.
  public func resampled(_ x: Variable, to grid: [Int], periodic: Resampling = .periodicLinear) -> Variable {
    let methods = placements.map { placement -> Resampling in
      switch placement {
      case .periodic: periodic
      case .closed: .alignedLinear
      case .cellCentred: .linear
      }
    }
    return x.resampled(to: grid, by: methods)
  }

  /// Places of the points along each axis as fractions of the domain.
  public func places(_ grid: [Int]) -> [[Double]] {
    grid.indices.map { axis in
      let shift = placements[axis] == .cellCentred ? 0.5 : 0
      let intervals = Double(placements[axis].intervals(of: grid[axis]))
      return (0..<grid[axis]).map { (Double($0) + shift) / intervals }
    }
  }
}

extension PointPlacement {
  init(_ boundary: GridAxis.Boundary) {
    switch boundary {
    case .periodic: self = .periodic
    case .closed: self = .closed
    case .cellCentred: self = .cellCentred
    }
  }
}
