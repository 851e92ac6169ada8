/// Colours of the numbers from 0 to 1, interpolated linearly between equally spaced stops.
public struct ColorMap: Sendable, Equatable {
  public let stops: [Color]

  public init(stops: [Color]) {
    precondition(stops.count >= 2, "a colour map needs two stops")
    self.stops = stops
  }

  /// The colour of `position`, clamped to 0…1; ``Color/missing`` if it is not a number.
  public subscript(position: Double) -> Color {
    guard !position.isNaN else { return .missing }
    let scaled = min(1, max(0, position)) * Double(stops.count - 1)
    let index = min(Int(scaled), stops.count - 2)
    return stops[index].mixed(with: stops[index + 1], fraction: scaled - Double(index))
  }

  /// Perceptually uniform, dark violet to yellow, readable in grey and with any colour vision.
  ///
  /// Eleven samples of *viridis* by S. van der Walt and N. Smith (2015, dedicated to the public domain, CC0).
  public static let sequential = ColorMap(stops: [
    Color(0x440154), Color(0x482475), Color(0x414487), Color(0x355F8D), Color(0x2A788E), Color(0x21918C),
    Color(0x22A884), Color(0x44BF70), Color(0x7AD151), Color(0xBDDF26), Color(0xFDE725),
  ])

  /// Blue for negative, white for zero, red for positive.
  ///
  /// Chosen for this project in CIELAB: both arms have the same lightness at the same distance from the
  /// middle, L* = 28, 42, 56, 70, 84, 98, at the hues 277° and 29°, so that neither sign looks larger
  /// than the other.
  public static let diverging = ColorMap(stops: [
    Color(0x00437B), Color(0x0065B3), Color(0x4F87D6), Color(0x8FACE4), Color(0xC6D2EF), Color(0xFAFAFA),
    Color(0xF5C7C2), Color(0xED938B), Color(0xDC5E5A), Color(0xB82F35), Color(0x81191F),
  ])

  /// Black to white.
  public static let grey = ColorMap(stops: [Color(0x000000), Color(0xFFFFFF)])
}
