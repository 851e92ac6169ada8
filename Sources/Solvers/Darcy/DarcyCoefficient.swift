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
    let positions = (0..<solvePoints).map { 2 * grid.coordinate($0, of: solvePoints) - 1 }
    for i in 0..<solvePoints {
      for j in 0..<solvePoints {
        let (sum, slope) = (positions[i] + positions[j], positions[j] - 3 * positions[i])
        var product = 1.0
        for frequency in frequencies {
          product *= (1 + 0.5 * .cos(frequency * sum)) * (1 + 0.5 * .sin(frequency * slope))
        }
        a[i * solvePoints + j] = product
      }
    }
  }
}
