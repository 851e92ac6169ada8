import Autodiff
import Foundation
import Tensors

/// Rotary position as a function of the place in the domain: pair i of an axis' n pairs turns at the rate
///
///     f_i = highest · 10000^(−i/n)   radians over the domain's length.
///
/// The pairs of a head are shared out among the axes in order. On periodic axes rates are rounded to whole turns over the
/// period, so that position is a function on the circle and attention commutes with shifts; slow pairs then do not turn.
///
/// - References: Z. Li et al., Transformer for Partial Differential Equations' Operator Learning, TMLR 2023,
///   arXiv:2205.13671, section 3.2.
public struct RotaryEmbedding: Sendable {
  private let rates: [(axis: Int, rate: Double)]

  /// Refuses heads without a pair of channels for each axis.
  ///
  /// - Parameter key: the setting that says how wide heads are.
  /// - Throws: ``ModelError``.
  public static func check(headWidth: Int, dimensions: Int, key: String) throws {
    if headWidth % 2 != 0 { throw ModelError.oddHead(key: key, width: headWidth) }
    if headWidth / 2 < dimensions {
      throw ModelError.narrowHead(key: key, width: headWidth, axes: dimensions)
    }
  }

  /// - Parameters:
  ///   - headWidth: channels of a head, an even number.
  ///   - highest: rate of the first pair of every axis.
  public init(headWidth: Int, placements: [PointPlacement], highest: [Double]) {
    precondition(headWidth % 2 == 0, "pairs of channels are turned")
    let (pairs, dimensions) = (headWidth / 2, placements.count)
    rates = placements.indices.flatMap { axis -> [(axis: Int, rate: Double)] in
      let count = (axis + 1) * pairs / dimensions - axis * pairs / dimensions
      return (0..<count).map { i in
        let rate = highest[axis] * pow(10_000, -Double(i) / Double(count))
        let turns = (rate / (2 * .pi)).rounded()
        return (axis, placements[axis] == .periodic ? 2 * .pi * turns : rate)
      }
    }
  }

  /// The angles at the points of a grid.
  ///
  /// - Parameter places: along each axis, as fractions of the domain.
  public func callAsFunction(_ places: [[Double]], precision: Precision) -> Rotation {
    let points = places.reduce(1) { $0 * $1.count }
    return Rotation(points: points, pairs: rates.count, precision: precision) { point, pair in
      let (axis, rate) = rates[pair]
      let behind = places[(axis + 1)...].reduce(1) { $0 * $1.count }
      return rate * places[axis][point / behind % places[axis].count]
    }
  }
}
