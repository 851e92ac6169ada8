import Autodiff
import Foundation

/// T = Σ_q λ_q a¹_q ∘ … ∘ a^N_q: a weighted sum of products of vectors.
///
/// Matrices lie `[extent][rank]`, but `[rank][extent]` for output channels, so that layers can use them as they are.
struct CPFactors: Sendable {
  private let weights: Parameter
  /// Slabs and modes, then channels.
  private let leading: [Parameter]
  private let channels: [Parameter]
  private let axes: FactorizedTensor.Axes
  private let rank: Int

  init(
    _ axes: FactorizedTensor.Axes, _ factorization: Factorization, deviation: Double,
    in builder: ParameterBuilder
  ) {
    let shape = axes.all
    let rank = factorization.ranks?.first ?? FactorizedRank.cp(shape: shape, fraction: factorization.rank)
    // E|T|² = deviation² with the weights 1: a number of T is a sum of R products of N numbers.
    let each = pow(deviation / Double(rank).squareRoot(), 1 / Double(shape.count))
    weights = FactorizedTensor.parameter("weights", [rank], initial: .ones, in: builder)
    let factors = shape.indices.map { axis in
      FactorizedTensor.parameter(
        "factors.\(axis)", axis == axes.outputAxis ? [rank, shape[axis]] : [shape[axis], rank],
        initial: .normal(deviation: each), in: builder)
    }
    leading = axes.memoryOrder.dropLast(axes.channels.count).map { factors[$0] }
    channels = axes.memoryOrder.suffix(axes.channels.count).map { factors[$0] }
    self.axes = axes
    self.rank = rank
  }

  /// Σ over q for each mode, slab and channel: λ and all factors but the last as rows, times the last.
  var dense: FactorizedTensor.Recipe {
    .init(channels: axes.channels, productCount: axes.blockCount * axes.block * rank) { graph in
      let rows = rowProducts(graph, leading + channels.dropLast())
      let last = graph.complexValue(of: channels[channels.count - 1])
      return rows.complexProduct(
        last, rows: axes.channels[channels.count - 1], contracted: rank, inner: 1,
        isTransposed: channels.count == 2)
    }
  }

  var split: FactorizedTensor.Split? {
    if channels.count == 1 { return nil }
    return .init(
      input: channels[0],
      core: .init(channels: [rank], productCount: axes.blockCount * rank) { graph in
        rowProducts(graph, leading)
      },
      output: channels[1])
  }

  private func rowProducts(_ graph: Graph, _ factors: [Parameter]) -> Variable {
    factors.reduce(graph.complexValue(of: weights)) {
      $0.complexRowProducts(graph.complexValue(of: $1), columns: rank)
    }
  }
}
