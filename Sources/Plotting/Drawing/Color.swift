/// An opaque colour, eight bits a channel, in the sRGB space.
public struct Color: Sendable, Equatable, Hashable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8

  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A colour from its hexadecimal notation, such as `Color(0x0072B2)`; higher bits are ignored.
  public init(_ hexadecimal: UInt32) {
    self.init(
      red: UInt8(truncatingIfNeeded: hexadecimal >> 16), green: UInt8(truncatingIfNeeded: hexadecimal >> 8),
      blue: UInt8(truncatingIfNeeded: hexadecimal))
  }

  /// The colour a part `fraction` (clamped to 0…1) of the way to another, channel by channel.
  public func mixed(with other: Color, fraction: Double) -> Color {
    let weight = fraction > 0 ? min(fraction, 1) : 0
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + weight * (Double(b) - Double(a))).rounded())
    }
    return Color(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }
}

extension Color {
  public static let white = Color(0xFFFFFF)
  public static let ink = Color(0x1F2328)
  public static let faintInk = Color(0x59636E)
  public static let gridLine = Color(0xE4E7EB)
  public static let minorGridLine = Color(0xF1F3F5)
  public static let frameLine = Color(0x8B949E)
  /// Stands for values that are not finite.
  public static let missing = Color(0xC8CCD1)

  /// Colours of successive series, told apart by readers with any colour vision.
  ///
  /// The palette of M. Okabe and K. Ito, Color Universal Design (2008), without its yellow and black.
  public static let series: [Color] = [
    Color(0x0072B2), Color(0xD55E00), Color(0x009E73), Color(0xCC79A7), Color(0x56B4E9), Color(0xE69F00),
  ]
}
