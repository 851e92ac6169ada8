import Configuration
import LinearAlgebra
import RealModule
import Tensors

/// Random functions on [0, length] from the Gaussian process with a radial basis kernel.
///
///     k(x, y) = σ² exp(-(x-y)²/(2ℓ²))
///
/// Values at Chebyshev points are drawn by the Cholesky factor of the kernel matrix, with 1e-12 σ² on its
/// diagonal because the matrix is singular in double precision. The function *is* the polynomial through
/// them: it can be evaluated anywhere, so that neither sensors nor time steps are part of its definition.
///
/// - References: L. Lu, P. Jin, G. E. Karniadakis, Learning nonlinear operators via DeepONet, Nature Machine
///   Intelligence 3 (2021) 218–229.
package struct RadialBasisProcess: Sendable {
  package let lengthScale: Double
  package let deviation: Double
  package let length: Double
  private let degree: Int
  /// Upper factor U of K = UᵀU, row-major.
  private let factor: [Double]

  /// Relative to the variance: far below any tolerance, far above the rounding of the factorisation.
  private static let nugget = 1e-12

  package init(lengthScale: Double, deviation: Double, length: Double) throws {
    self.lengthScale = lengthScale
    self.deviation = deviation
    self.length = length
    // Polynomials of this degree follow waves of length 2π/(7/ℓ), where the kernel's spectrum is e^-24.
    degree = max(24, Int((7 * length / lengthScale).rounded(.up)))
    let points = ChebyshevSeries.points(degree: degree, length: length)
    let (count, nugget) = (points.count, RadialBasisProcess.nugget)
    factor = try BandedCholesky.denseFactor(order: count) { i, j in
      let distance = (points[i] - points[j]) / lengthScale
      return .exp(-0.5 * distance * distance) + (i == j ? nugget : 0)
    }
  }

  /// Reads `lengthScale` and `deviation`.
  init(from reader: ConfigReader, length: Double) throws {
    // At least 1/64 of the interval, so that the kernel matrix has at most some 450 rows.
    let scale = try reader.double(
      "lengthScale", default: max(0.2, length / 64), in: length / 64...10 * max(1, length),
      doc: "length scale ℓ of the kernel exp(-(x-y)²/(2ℓ²))")
    let deviation = try reader.double(
      "deviation", default: 1, in: 0...1e6, exclusiveMinimum: 0, doc: "standard deviation at every point")
    try self.init(lengthScale: scale, deviation: deviation, length: length)
  }

  /// Function `index` of a seed.
  package func draw(index: Int, seed: UInt64) -> ChebyshevSeries {
    let noise = SpectralNoise(seed: seed, stream: "input-function", index: index)
    var normals: [Double] = []
    for k in stride(from: 0, through: degree, by: 2) {
      let (first, second) = noise.pair(k)
      normals += [first, second]
    }
    let count = degree + 1
    let values = (0..<count).map { j in
      var sum = 0.0
      for i in 0...j { sum += factor[i * count + j] * normals[i] }
      return deviation * sum
    }
    return ChebyshevSeries(values: values, length: length)
  }

  func parameters() -> [(name: String, value: ProblemParameter)] {
    [
      ("inputKernel", .text("exp(-(x-y)^2/(2 l^2))")), ("inputLengthScale", .number(lengthScale)),
      ("inputDeviation", .number(deviation)),
    ]
  }
}
