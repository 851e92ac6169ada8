import Autodiff
import Configuration
import Fields
import Tensors

/// A branch that reads a function through its low Fourier coefficients over the domain, by quadrature on the grid:
///
///     c_k = Σ_j w_j a(x_j) φ_k(x_j),   φ ∈ {1, √2 cos 2πks, √2 sin 2πks},  k = 1 … modes,
///
/// products of these in several dimensions. The coefficients do not depend on the grid, but for the quadrature's error, so
/// that the model may be applied on another one than it was trained on.
public struct FourierBranch: BranchNetwork {
  /// Settings of ``FourierBranch``.
  public struct Configuration: BranchConfiguration {
    public var modes: [Int]
    public var hidden: [Int]
    public var activation: Activation

    public init(from reader: ConfigReader) throws {
      modes = try reader.ints(
        "modes", default: [8], each: 0...1024,
        doc: "highest frequency on each axis; one number for all axes or one per axis")
      hidden = try reader.hiddenWidths()
      activation = try reader.branchActivation()
    }

    public func build(_ ends: BranchEnds, signature: OperatorSignature, builder: ParameterBuilder) throws
      -> any BranchNetwork
    {
      let modes = try perAxis(modes, key: "branch.modes", dimensions: signature.dimensions)
      let coefficients = modes.reduce(signature.inputChannels) { $0 * (2 * $1 + 1) }
      return FourierBranch(
        modes: modes, isClosed: signature.axes.map { $0.boundary == .closed },
        isCentred: signature.axes.map { $0.boundary == .cellCentred },
        network: ends.perceptron(inputs: coefficients, hidden: hidden, activation: activation, in: builder))
    }
  }

  private let modes: [Int]
  private let isClosed: [Bool]
  private let isCentred: [Bool]
  private let network: Perceptron

  init(modes: [Int], isClosed: [Bool], isCentred: [Bool], network: Perceptron) {
    self.modes = modes
    self.isClosed = isClosed
    self.isCentred = isCentred
    self.network = network
  }

  public func validate(grid: [Int]) throws {
    for (axis, (m, n)) in zip(modes, grid).enumerated() where 2 * m >= n {
      throw ModelError.modesExceedGrid(
        axis: axis, modes: m, points: n, most: (n - 1) / 2, least: 2 * m + 1, key: "branch.modes")
    }
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    let grid = input.shape.grid
    // One row per point, one column per basis function, quadrature weights included.
    var rows: [[Double]] = [[1]]
    for axis in grid.indices {
      let factors = basis(axis: axis, points: grid[axis])
      rows = rows.flatMap { row in factors.map { factor in row.flatMap { a in factor.map { a * $0 } } } }
    }
    let width = rows[0].count
    let matrix = HostBuffer(count: rows.count * width, precision: input.graph.precision)
    for (i, row) in rows.enumerated() {
      for (j, value) in row.enumerated() { matrix[i * width + j] = value }
    }
    return network(input.projected(on: matrix, functions: width).flattened)
  }

  /// Weighted basis functions at each point of an axis.
  private func basis(axis: Int, points n: Int) -> [[Double]] {
    (0..<n).map { j in
      let isEnd = isClosed[axis] && n > 1 && (j == 0 || j == n - 1)
      let intervals = Double(isClosed[axis] ? max(1, n - 1) : n)
      let weight = (isEnd ? 0.5 : 1) / intervals
      let position = (Double(j) + (isCentred[axis] ? 0.5 : 0)) / intervals
      return [weight]
        + (0..<modes[axis]).flatMap { k in
          let (sine, cosine) = sineAndCosine(2 * .pi * Double(k + 1) * position)
          return [weight * 2.0.squareRoot() * cosine, weight * 2.0.squareRoot() * sine]
        }
    }
  }
}
