import LinearAlgebra
import Tensors

/// Principal components of a set of samples: eigenvectors of the covariance of their values, by LAPACK in double
/// precision. The smaller of the two matrices XᵀX and XXᵀ is decomposed (L. Sirovich, Quart. Appl. Math. 45, 1987).
struct PrincipalComponents {
  let mean: [Double]
  /// Variances along the components, largest first: eigenvalues of XᵀX/samples.
  let variances: [Double]
  private let vectors: HostBuffer
  private let deviations: HostBuffer
  private let samples: Int
  private let isSnapshot: Bool

  /// - Parameter values: `[samples][width]`, double precision.
  init(_ values: HostBuffer, samples: Int) {
    let width = values.count / samples
    let kernels = Kernels(.float64)
    let deviations = HostBuffer(count: values.count, precision: .float64)
    let mean = HostBuffer(count: width, precision: .float64)
    kernels.columnSums(rows: samples, channels: width, values.slice(), into: mean.slice())
    kernels.scale(1 / Double(samples), mean.slice(), into: mean.slice())
    kernels.copy(values.slice(), into: deviations.slice())
    for sample in 0..<samples {
      kernels.scale(
        -1, mean.slice(), into: deviations.slice(from: sample * width, length: width), accumulate: true)
    }
    isSnapshot = samples < width
    let order = min(samples, width)
    let matrix = HostBuffer(count: order * order, precision: .float64)
    let x = Kernels.Matrix(deviations.slice(), rows: samples, columns: width)
    if isSnapshot {
      let transposed = HostBuffer(count: values.count, precision: .float64)
      kernels.transpose(rows: samples, columns: width, deviations.slice(), into: transposed.slice())
      kernels.multiply(
        x, .init(transposed.slice(), rows: width, columns: samples),
        into: .init(matrix.slice(), rows: order, columns: order))
    } else {
      kernels.multiply(x.transposed, x, into: .init(matrix.slice(), rows: order, columns: order))
    }
    kernels.scale(1 / Double(samples), matrix.slice(), into: matrix.slice())
    let eigen = SymmetricEigenproblem(order: order, matrix: matrix.doubles)
    // Eigenvectors are columns; a row for each is what is asked for later.
    let columns = HostBuffer(count: order * order, precision: .float64)
    for (i, value) in eigen.vectors.enumerated() { columns[i] = value }
    vectors = HostBuffer(count: order * order, precision: .float64)
    kernels.transpose(rows: order, columns: order, columns.slice(), into: vectors.slice())
    self.mean = mean.doubles
    self.deviations = deviations
    self.samples = samples
    variances = eigen.values.reversed().map { max(0, $0) }
  }

  /// Components that carry more variance than rounding.
  var rank: Int {
    let floor = (variances.first ?? 0) * Double(variances.count) * Double.ulpOfOne
    return variances.prefix { $0 > floor }.count
  }

  /// The k-th principal direction, of unit length.
  func component(_ k: Int) -> [Double] {
    let order = variances.count
    let vector = vectors.slice(from: (order - 1 - k) * order, length: order)
    guard isSnapshot else { return (0..<order).map { vector[$0] } }
    let width = mean.count
    let result = HostBuffer(count: width, precision: .float64)
    let kernels = Kernels(.float64)
    kernels.multiply(
      .init(vector, rows: 1, columns: samples), .init(deviations.slice(), rows: samples, columns: width),
      into: .init(result.slice(), rows: 1, columns: width))
    let length = kernels.dot(result.slice(), result.slice()).squareRoot()
    return result.doubles.map { $0 / length }
  }
}
