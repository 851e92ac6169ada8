import Autodiff
import Foundation

/// T[i₁, …, i_N] = G₁[i₁]·G₂[i₂] … G_N[i_N]: a tensor train.
///
/// Cores of slabs and channels lie `[left bond][extent][right bond]`, those of modes `[right bond][extent][left bond]`: the
/// chain is multiplied from both ends, and both halves come out with the bond between them last.
struct TrainFactors: Sendable {
  private let left: [Core]
  /// From the last mode to the first.
  private let right: [Core]
  private let axes: FactorizedTensor.Axes

  private struct Core: Sendable {
    var parameter: Parameter
    var extent: Int
    /// Bond on the side of its end of the chain, and the other.
    var outerBond: Int
    var innerBond: Int
  }

  init(
    _ axes: FactorizedTensor.Axes, _ factorization: Factorization, deviation: Double,
    in builder: ParameterBuilder
  ) {
    let shape = axes.all
    let bonds =
      factorization.ranks.map { [1] + $0 + [1] }
      ?? FactorizedRank.tensorTrain(shape: shape, fraction: factorization.rank)
    // The library divides by ∏ r and not by its root, so that numbers start smaller than `deviation`.
    let each = pow(deviation / bonds.reduce(1.0) { $0 * Double($1) }, 1 / Double(shape.count))
    let firstMode = shape.count - axes.modes.count
    let cores = shape.indices.map { axis in
      let isMode = axis >= firstMode
      let (outer, inner) = isMode ? (bonds[axis + 1], bonds[axis]) : (bonds[axis], bonds[axis + 1])
      return Core(
        parameter: FactorizedTensor.parameter(
          "factors.\(axis)", [outer, shape[axis], inner], initial: .normal(deviation: each), in: builder),
        extent: shape[axis], outerBond: outer, innerBond: inner)
    }
    left = Array(cores[..<firstMode])
    right = cores[firstMode...].reversed()
    self.axes = axes
  }

  var dense: FactorizedTensor.Recipe { recipe(left, channels: axes.channels) }

  /// Without slabs the first core is a map of the input channels; with them the chain begins elsewhere.
  var split: FactorizedTensor.Split? {
    guard axes.slabs == nil, axes.channels.count == 2 else { return nil }
    return .init(
      input: left[0].parameter,
      core: recipe(Array(left.dropFirst()), channels: [left[0].innerBond, axes.channels[1]]), output: nil)
  }

  /// The chain from some core of the left half to its end, with the bond before it as an axis.
  private func recipe(_ left: [Core], channels: [Int]) -> FactorizedTensor.Recipe {
    let rows = left.reduce(left[0].outerBond) { $0 * $1.extent }
    let bond = left[left.count - 1].innerBond
    let modes = right.reduce(1) { $0 * $1.extent }
    let products = TrainFactors.products(left) + TrainFactors.products(right) + modes * rows * bond
    return .init(channels: channels, productCount: products) { graph in
      chain(right, graph).complexProduct(chain(left, graph), rows: rows, contracted: bond, inner: 1)
    }
  }

  private static func products(_ cores: [Core]) -> Int {
    var rows = cores[0].outerBond * cores[0].extent
    return cores.dropFirst().reduce(0) { sum, core in
      rows *= core.extent
      return sum + rows * core.outerBond * core.innerBond
    }
  }

  /// `[bond][i…][bond]` for a part of the chain.
  private func chain(_ cores: [Core], _ graph: Graph) -> Variable {
    cores.dropFirst().reduce(graph.complexValue(of: cores[0].parameter)) { value, core in
      value.complexProduct(
        graph.complexValue(of: core.parameter), rows: core.extent * core.innerBond,
        contracted: core.outerBond,
        inner: 1, isTransposed: true)
    }
  }
}
