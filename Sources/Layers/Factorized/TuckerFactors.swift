import Autodiff
import Foundation

/// T = G ×₁ U₁ … ×_N U_N: a core with one matrix per axis.
///
/// The core lies `[slabs][modes…][channels…]`, as the dense tensor does, and matrices `[extent][rank]`, but `[rank][extent]`
/// for output channels, so that layers can use them as they are. The products along the axes are done in the order that
/// needs the fewest multiplications.
struct TuckerFactors: Sendable {
  private let core: Parameter
  /// In the order of memory: slabs, modes, channels.
  private let factors: [Parameter]
  private let extents: [Int]
  private let ranks: [Int]
  private let channelAxes: Int

  init(
    _ axes: FactorizedTensor.Axes, _ factorization: Factorization, deviation: Double,
    in builder: ParameterBuilder
  ) {
    let shape = axes.all
    let chosen =
      factorization.ranks
      ?? FactorizedRank.tucker(
        shape: shape, fraction: factorization.rank, fixed: Set(factorization.fixedAxes))
    // E|T|² = deviation²: a number of T is a sum of ∏ r products of N + 1 numbers.
    let size = chosen.reduce(1.0) { $0 * Double($1) }
    let each = pow(deviation / size.squareRoot(), 1 / Double(shape.count + 1))
    let memory = axes.memoryOrder
    core = FactorizedTensor.parameter(
      "core", memory.map { chosen[$0] }, initial: .normal(deviation: each), in: builder)
    let made = shape.indices.map { axis in
      FactorizedTensor.parameter(
        "factors.\(axis)",
        axis == axes.outputAxis ? [chosen[axis], shape[axis]] : [shape[axis], chosen[axis]],
        initial: .normal(deviation: each), in: builder)
    }
    factors = memory.map { made[$0] }
    extents = memory.map { shape[$0] }
    ranks = memory.map { chosen[$0] }
    channelAxes = axes.channels.count
  }

  var dense: FactorizedTensor.Recipe { recipe(axes: Array(extents.indices)) }

  var split: FactorizedTensor.Split? {
    if channelAxes == 1 { return nil }
    return .init(
      input: factors[factors.count - 2], core: recipe(axes: Array(extents.indices.dropLast(2))),
      output: factors[factors.count - 1])
  }

  /// The core multiplied along some axes.
  private func recipe(axes: [Int]) -> FactorizedTensor.Recipe {
    let (order, products) = TuckerFactors.cheapestOrder(extents, ranks, axes: axes)
    let channels = extents.indices.suffix(channelAxes).map { axes.contains($0) ? extents[$0] : ranks[$0] }
    return .init(channels: channels, productCount: products) { graph in
      var value = graph.complexValue(of: core)
      var shape = ranks
      for axis in order {
        value = value.complexProduct(
          graph.complexValue(of: factors[axis]), rows: extents[axis], contracted: ranks[axis],
          inner: shape[(axis + 1)...].reduce(1, *),
          isTransposed: channelAxes == 2 && axis == extents.count - 1)
        shape[axis] = extents[axis]
      }
      return value
    }
  }

  /// The order of products along `axes` with the fewest multiplications, by trying all.
  static func cheapestOrder(_ extents: [Int], _ ranks: [Int], axes: [Int]) -> (order: [Int], products: Int) {
    var best: (order: [Int], products: Double) = ([], .infinity)
    func extend(_ order: [Int], _ shape: [Int], _ products: Double) {
      if products >= best.products { return }
      if order.count == axes.count {
        best = (order, products)
        return
      }
      for axis in axes where !order.contains(axis) {
        var next = shape
        next[axis] = extents[axis]
        extend(order + [axis], next, products + shape.reduce(Double(extents[axis])) { $0 * Double($1) })
      }
    }
    extend([], ranks, 0)
    return (best.order, Int(min(best.products, 0x1p62)))
  }
}
