/// How a line of text is drawn.
public struct TextStyle: Sendable, Equatable {
  public var typeface: Typeface
  /// Whole magnification of the bitmap font, 1 to 3; larger sizes are smoothed.
  public var scale: Int
  public var color: Color

  public init(_ typeface: Typeface = .regular, scale: Int = 1, color: Color = .ink) {
    precondition((1...3).contains(scale), "text is drawn at scale 1 to 3")
    self.typeface = typeface
    self.scale = scale
    self.color = color
  }

  public var lineHeight: Int { Typeface.lineHeight * scale }

  /// Width of a line of text in pixels: the same for every character.
  public func width(of text: String) -> Int { text.unicodeScalars.count * Typeface.advance * scale }

  /// The text, shortened with an ellipsis to at most `width` pixels.
  public func fitting(_ text: String, width: Int) -> String {
    let room = max(1, width / (Typeface.advance * scale))
    let scalars = text.unicodeScalars
    guard scalars.count > room else { return text }
    return String(String.UnicodeScalarView(scalars.prefix(room - 1))) + "…"
  }
}

/// Which part of a text's line lies at the given x.
public enum TextAlignment: Sendable {
  case leading, center, trailing
}

extension Canvas {
  /// Draws one line of text; `y` is the top of its line (the first of its `lineHeight` rows).
  public mutating func text(
    _ text: String, x: Int, y: Int, style: TextStyle = TextStyle(), alignment: TextAlignment = .leading
  ) {
    let left = x - Self.offset(of: text, style, alignment)
    draw(text, style) { (along: Int, down: Int) in (left + along, y + down) }
  }

  /// Draws one line of text that reads upwards; `x` is the left edge of its line, `y` the place that
  /// `alignment` names.
  public mutating func textUpwards(
    _ text: String, x: Int, y: Int, style: TextStyle = TextStyle(), alignment: TextAlignment = .center
  ) {
    let bottom = y + Self.offset(of: text, style, alignment)
    draw(text, style) { (along: Int, down: Int) in (x + down, bottom - 1 - along) }
  }

  private static func offset(of text: String, _ style: TextStyle, _ alignment: TextAlignment) -> Int {
    switch alignment {
    case .leading: 0
    case .center: style.width(of: text) / 2
    case .trailing: style.width(of: text)
    }
  }

  private mutating func draw(_ text: String, _ style: TextStyle, place: (Int, Int) -> (Int, Int)) {
    let scale = style.scale
    var origin = 0
    for character in text.unicodeScalars {
      let rows = Array(style.typeface.rows(of: character))
      for down in 0..<rows.count * scale {
        for along in 0..<Typeface.advance * scale {
          let coverage = Self.coverage(of: rows, along: along, down: down, scale: scale)
          guard coverage > 0 else { continue }
          let (px, py) = place(origin + along, down)
          if px >= 0, px < width, py >= 0, py < height {
            blend(style.color, coverage: coverage, x: px, y: py)
          }
        }
      }
      origin += Typeface.advance * scale
    }
  }

  /// Part of a pixel that a magnified glyph covers.
  ///
  /// The bitmap is interpolated bilinearly and cut at one half with a ramp one output pixel wide: upright
  /// and level strokes stay sharp, slanted ones lose their steps.
  private static func coverage(of rows: [UInt16], along: Int, down: Int, scale: Int) -> Double {
    func bit(_ column: Int, _ row: Int) -> Double {
      guard rows.indices.contains(row), column >= 0, column < Typeface.advance else { return 0 }
      return rows[row] >> UInt16(Typeface.advance - 1 - column) & 1 == 1 ? 1 : 0
    }
    if scale == 1 { return bit(along, down) }
    let x = (Double(along) + 0.5) / Double(scale) - 0.5
    let y = (Double(down) + 0.5) / Double(scale) - 0.5
    let column = Int(x.rounded(.down))
    let row = Int(y.rounded(.down))
    let fx = x - Double(column)
    let fy = y - Double(row)
    let upper = bit(column, row) * (1 - fx) + bit(column + 1, row) * fx
    let lower = bit(column, row + 1) * (1 - fx) + bit(column + 1, row + 1) * fx
    let value = upper * (1 - fy) + lower * fy
    return min(1, max(0, (value - 0.5) * Double(scale) + 0.5))
  }
}
