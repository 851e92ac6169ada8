import RealModule

/// A polynomial on [0, length] through values at Chebyshev points, evaluable anywhere.
///
///     x_j = length (1 - cos(πj/n))/2,   p(x) = Σ_k c_k T_k(2x/length - 1)
package struct ChebyshevSeries: Sendable {
  package let length: Double
  package var coefficients: [Double]

  /// The points of degree n, increasing.
  package static func points(degree n: Int, length: Double) -> [Double] {
    (0...n).map { length * 0.5 * (1 - .cos(.pi * Double($0) / Double(n))) }
  }

  /// - Parameter values: at ``points(degree:length:)``, at least two.
  package init(values: [Double], length: Double) {
    let n = values.count - 1
    precondition(n >= 1)
    self.length = length
    let cosines = (0..<2 * n).map { Double.cos(.pi * Double($0) / Double(n)) }
    coefficients = (0...n).map { k in
      var sum = 0.0
      for j in 0...n {
        // The points run from -1 to 1, where T_k(-cos θ) = (-1)^k cos kθ.
        let end: Double = j == 0 || j == n ? 0.5 : 1
        sum += end * values[j] * cosines[(j * k) % (2 * n)]
      }
      let sign: Double = k % 2 == 0 ? 1 : -1
      return sign * sum * ((k == 0 || k == n) ? 1 : 2) / Double(n)
    }
  }

  private init(coefficients: [Double], length: Double) {
    self.coefficients = coefficients
    self.length = length
  }

  /// p(x) by Clenshaw's recurrence.
  package func callAsFunction(_ x: Double) -> Double {
    let t = 2 * x / length - 1
    var (current, previous) = (0.0, 0.0)
    for c in coefficients.dropFirst().reversed() {
      (current, previous) = (c + 2 * t * current - previous, current)
    }
    return coefficients[0] + t * current - previous
  }

  /// Norm of the outer tenth of the coefficients over that of all; 0 for the zero polynomial.
  package var tail: Double {
    func norm(_ part: ArraySlice<Double>) -> Double { part.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let all = norm(coefficients[...])
    return all == 0 ? 0 : norm(coefficients.suffix(max(2, coefficients.count / 10))) / all
  }

  /// The matrix that takes values at the points of degree n to those of the derivative, row-major.
  ///
  /// - References: L. N. Trefethen, Spectral Methods in MATLAB, SIAM 2000, chapter 6.
  package static func differentiation(degree n: Int, length: Double) -> [Double] {
    let x = points(degree: n, length: length)
    var matrix = [Double](repeating: 0, count: (n + 1) * (n + 1))
    for i in 0...n {
      var sum = 0.0
      for j in 0...n where j != i {
        let weight = (i % n == 0 ? 2.0 : 1) / (j % n == 0 ? 2.0 : 1)
        let entry = ((i + j) % 2 == 0 ? weight : -weight) / (x[i] - x[j])
        matrix[i * (n + 1) + j] = entry
        sum += entry
      }
      // Rows sum to zero: a constant has no derivative.
      matrix[i * (n + 1) + i] = -sum
    }
    return matrix
  }

  /// ∫₀ˣ p, exact but for rounding.
  package func antiderivative() -> ChebyshevSeries {
    let n = coefficients.count
    func c(_ k: Int) -> Double { k < n ? coefficients[k] : 0 }
    var result = [Double](repeating: 0, count: n + 1)
    for k in 1...n {
      let lower = k == 1 ? 2 * c(0) : c(k - 1)
      result[k] = 0.25 * length * (lower - c(k + 1)) / Double(k)
    }
    // Zero at x = 0, where T_k = (-1)^k.
    result[0] = result.enumerated().reduce(0) { $0 - ($1.offset % 2 == 0 ? $1.element : -$1.element) }
    return ChebyshevSeries(coefficients: result, length: length)
  }
}
