import Foundation

/// Functions on a disc of radius R that kernels are expanded in: hats in radius times hats in angle.
///
/// With Δr = 2R/(n_r + 1) and Δφ = 2π/n_φ: for odd n_r one hat around the centre and rings of n_φ hats at Δr, 2Δr, …; for
/// even n_r rings at Δr/2, 3Δr/2, …, where the innermost hats reach through the centre to the other side. That is
/// ⌊n_r/2⌋·n_φ + (n_r mod 2) functions, all of them in use. On a line there are two directions at most.
///
/// - References: the piecewise linear basis of torch-harmonics; J. Ocampo, M. Price, J. McEwen, ICLR 2023,
///   arXiv:2209.13603 (discrete-continuous convolutions).
public struct DiscBasis: Sendable {
  public let radius: Double
  private let radial: Int
  private let directions: Int

  public init(radius: Double, radial: Int, angular: Int, dimensions: Int) {
    precondition((1...2).contains(dimensions) && radius > 0 && radial >= 1 && angular >= 1)
    self.radius = radius
    self.radial = radial
    directions = dimensions == 1 ? min(2, angular) : angular
  }

  /// Functions.
  public var count: Int { radial / 2 * directions + radial % 2 }

  /// Values of all functions at a place relative to the centre; the second coordinate is 0 on a line.
  public func values(x: Double, y: Double) -> [Double] {
    let r = (x * x + y * y).squareRoot()
    let width = 2 * radius / Double(radial + 1)
    func hat(_ distance: Double) -> Double { max(0, 1 - abs(distance) / width) }
    var values: [Double] = radial % 2 == 1 ? [hat(r)] : []
    let angle = atan2(y, x)
    for ring in 0..<(radial / 2) {
      let place = (Double(ring) + (radial % 2 == 1 ? 1 : 0.5)) * width
      for direction in 0..<directions {
        // At the centre no direction is meant: each takes its share.
        let (ahead, opposite) =
          r == 0
          ? (1 / Double(directions), 1 / Double(directions))
          : (angularHat(angle, direction), angularHat(angle + .pi, direction))
        // For odd counts the second term is zero: rings are a width or more away from the centre.
        values.append(hat(r - place) * ahead + hat(-r - place) * opposite)
      }
    }
    return values
  }

  private func angularHat(_ angle: Double, _ direction: Int) -> Double {
    if directions == 1 { return 1 }
    let width = 2 * Double.pi / Double(directions)
    let distance = (angle - Double(direction) * width).remainder(dividingBy: 2 * .pi)
    return max(0, 1 - abs(distance) / width)
  }

  /// The functions at the points of a grid around its centre, each normalised to the sum 1: rows are the points of the
  /// smallest window that holds the disc, row-major. Nil where a function vanishes at all points.
  public func table(spacing: [Double]) -> (window: [Int], rows: [[(column: Int, weight: Double)]])? {
    let reach = spacing.map { Int((radius / $0).rounded(.up)) - 1 }
    let window = reach.map { 2 * max(0, $0) + 1 }
    let points = (0..<window.reduce(1, *)).map { place -> [Double] in
      let j = window.count == 1 ? 0 : Double(place % window[1] - window[1] / 2) * spacing[1]
      let i = window.count == 1 ? place : place / window[1]
      return values(x: Double(i - window[0] / 2) * spacing[0], y: j)
    }
    let sums = (0..<count).map { l in points.reduce(0) { $0 + $1[l] } }
    guard sums.allSatisfy({ $0 > 1e-9 }) else { return nil }
    let rows = points.map { values in
      values.enumerated().filter { $0.element != 0 }.map { ($0.offset, $0.element / sums[$0.offset]) }
    }
    return (window, rows)
  }
}
