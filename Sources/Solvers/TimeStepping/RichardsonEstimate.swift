/// The error of a solution from its distances to those on meshes of twice and four times its steps.
///
/// With u on steps of 4Δt, 2Δt and Δt the finest solution's error is
///
///     e = ‖u_Δt - u_{2Δt}‖ / (r - 1),   r = max(2, ‖u_{2Δt} - u_{4Δt}‖ / ‖u_Δt - u_{2Δt}‖)
///
/// at the output time where the two finest differ most. A scheme of order p promises 2^p. A smaller r is what it shows where
/// stiff terms lower its order, or where not all steps of 2Δt could be doubled, and gives the larger error. One that is
/// larger by more than a quarter says that steps of 4Δt are too long to say anything, and one order less is taken. Below 2
/// solutions do not come nearer at even the first order, and their distance is taken for the error.
package struct RichardsonEstimate {
  /// p of the scheme.
  private let order: Int

  package init(order: Int) { self.order = order }

  /// - Parameters:
  ///   - distances: of the two finest solutions at each output time.
  ///   - coarser: of the two before; nil to take the order for granted.
  package func error(_ distances: [Double], after coarser: [Double]?) -> Double {
    guard let worst = distances.indices.max(by: { distances[$0] < distances[$1] }) else { return 0 }
    let promised = Double(1 << order)
    guard distances.allSatisfy(\.isFinite) else { return .infinity }
    guard distances[worst] > 0 else { return 0 }
    var ratio = coarser.map { $0[worst] / distances[worst] } ?? promised
    ratio = ratio > 1.25 * promised ? promised / 2 : min(promised, max(2, ratio))
    return distances[worst] / (ratio - 1)
  }
}
