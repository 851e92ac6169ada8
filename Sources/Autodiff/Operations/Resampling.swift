import Tensors

/// How values between grid points are found.
public enum Resampling: String, Sendable, CaseIterable {
  /// The value of the point whose cell holds the place: PyTorch's `nearest`.
  case nearest
  /// Piecewise linear between cell centres: PyTorch's `linear`, `bilinear`, … without aligned corners.
  case linear
  /// Piecewise linear between points of which first and last coincide on both grids (`align_corners=True`).
  case alignedLinear = "aligned-linear"
  /// Piecewise linear on a periodic grid x_j = j/N.
  case periodicLinear = "periodic-linear"
  /// Piecewise cubic (a = −3/4) between cell centres: PyTorch's `bicubic`.
  case cubic
  /// The same with aligned corners.
  case alignedCubic = "aligned-cubic"
  /// The trigonometric polynomial through the points of a periodic grid x_j = j/N, cut to the modes that the new grid
  /// has: exact for fields that both grids resolve. A mode N/2 of the smaller grid stays a cosine.
  case fourier
}

extension Variable {
  /// The field on another grid of the same domain, axis by axis.
  public func resampled(to grid: [Int], by method: Resampling) -> Variable {
    resampled(to: grid, by: grid.map { _ in method })
  }

  /// The same with a method for each axis.
  public func resampled(to grid: [Int], by methods: [Resampling]) -> Variable {
    precondition(grid.count == shape.grid.count && methods.count == grid.count)
    let maps = grid.indices.map {
      methods[$0].map(from: shape.grid[$0], to: grid[$0], precision: graph.precision)
    }
    return mapped("resample", maps)
  }
}

extension Resampling {
  func map(from n: Int, to m: Int, precision: Precision) -> AxisMap {
    if n == m { return .unchanged }
    if self == .fourier { return Resampling.fourier(from: n, to: m, precision: precision) }
    return .sparse(SparseRows(columns: n, entries: (0..<m).map { entries(of: $0, from: n, to: m) }))
  }

  /// Points and weights for point i of m.
  private func entries(of i: Int, from n: Int, to m: Int) -> [(column: Int, weight: Double)] {
    let centred = (Double(i) + 0.5) * Double(n) / Double(m) - 0.5
    let aligned = m == 1 ? 0 : Double(i * (n - 1)) / Double(m - 1)
    func inside(_ j: Int) -> Int { min(max(j, 0), n - 1) }
    func linear(_ x: Double, _ place: (Int) -> Int) -> [(column: Int, weight: Double)] {
      let left = x.rounded(.down)
      let t = x - left
      return [(place(Int(left)), 1 - t), (place(Int(left) + 1), t)]
    }
    func cubic(_ x: Double) -> [(column: Int, weight: Double)] {
      let left = x.rounded(.down)
      let a = -0.75
      return (-1...2).map { offset in
        let d = abs(x - left - Double(offset))
        let weight =
          d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
        return (inside(Int(left) + offset), weight)
      }
    }
    switch self {
    case .nearest, .fourier: return [(i * n / m, 1)]
    case .linear: return linear(max(0, centred), inside)
    case .alignedLinear: return linear(aligned, inside)
    case .periodicLinear: return linear(Double(i * n) / Double(m)) { $0 % n }
    case .cubic: return cubic(centred)
    case .alignedCubic: return cubic(aligned)
    }
  }

  /// y_i = Σ_j D(x_i − x_j)·u_j with the Dirichlet kernel D of the modes that both grids have.
  private static func fourier(from n: Int, to m: Int, precision: Precision) -> AxisMap {
    let least = min(n, m)
    let matrix = HostBuffer(count: n * m, precision: precision)
    for i in 0..<m {
      for j in 0..<n {
        // cos 2πk(i/m − j/n), in exact arithmetic modulo the circle.
        func cosine(_ k: Int) -> Double {
          exactSineAndCosine(numerator: k * (i * n - j * m) % (n * m), denominator: n * m).cosine
        }
        var sum = 1.0
        for k in 1..<max(1, (least + 1) / 2) { sum += 2 * cosine(k) }
        if least % 2 == 0 {
          // Mode least/2: up, a cosine takes all of it; down, ±least/2 fall together and only a cosine can be kept.
          let half = least / 2
          sum +=
            n < m
            ? cosine(half)
            : 2 * (i % 2 == 0 ? 1 : -1) * exactSineAndCosine(numerator: half * j, denominator: n).cosine
        }
        matrix[i * n + j] = sum / Double(n)
      }
    }
    return .dense(matrix, rows: m, columns: n)
  }
}
