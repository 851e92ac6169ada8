import RealModule
import Tensors

extension Darcy {
  /// Turns a Gaussian field at the points of the solve grid into the coefficient, in place.
  ///
  /// - Returns: the ratio of its largest and smallest value.
  func applyCoefficient(_ a: UnsafeMutablePointer<Double>, index: Int, seed: UInt64) -> Double {
    let count = solvePoints * solvePoints
    switch coefficient {
    case .binary(let low, let high):
      for i in 0..<count { a[i] = a[i] >= 0 ? high : low }
    case .lognormal(let mean):
      for i in 0..<count { a[i] = mean * .exp(a[i]) }
    case .trigonometric(let scales):
      fillTrigonometric(a, scales: scales, index: index, seed: seed)
    }
    var smallest = Double.infinity
    var largest = 0.0
    for i in 0..<count {
      smallest = min(smallest, a[i])
      largest = max(largest, a[i])
    }
    return largest / smallest
  }

  /// The product of waves. It depends on the point alone, so that every grid samples one function.
  private func fillTrigonometric(
    _ a: UnsafeMutablePointer<Double>, scales: Int, index: Int, seed: UInt64
  ) {
    let generator = Philox(seed: seed, stream: "coefficient")
    let frequencies = (0..<scales).map { k in
      Double(1 << k) * (1 + 0.5 * generator.uniforms(UInt64(index), UInt64(k))[0]) * .pi
    }
    // The points are equally spaced, so ξ+η depends on i+j and η-3ξ on j-3i alone.
    let n = solvePoints
    let start = 2 * grid.coordinate(0, of: n) - 1
    let step = 2 * grid.spacing(n)
    let sums = (0..<2 * n).map { k in
      frequencies.reduce(1.0) { $0 * (1 + 0.5 * .cos($1 * (2 * start + Double(k) * step))) }
    }
    let slopes = (0..<4 * n).map { k in
      frequencies.reduce(1.0) { $0 * (1 + 0.5 * .sin($1 * (Double(k - 3 * n) * step - 2 * start))) }
    }
    for i in 0..<n {
      for j in 0..<n { a[i * n + j] = sums[i + j] * slopes[j - 3 * i + 3 * n] }
    }
  }
}
