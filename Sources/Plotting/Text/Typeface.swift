/// A fixed-width bitmap font: 9 × 18 pixels a character at scale 1.
public enum Typeface: Sendable, CaseIterable {
  case regular, bold

  /// Pixels from one character to the next.
  public static let advance = 9
  /// Pixels from one line to the next.
  public static let lineHeight = 18

  /// Rows of a character, top first, bit 8 leftmost. What the bold face lacks comes from the regular one,
  /// what both lack is a question mark.
  func rows(of character: Unicode.Scalar) -> ArraySlice<UInt16> {
    if self == .bold, let rows = GlyphSet.bold[character] { return rows }
    return GlyphSet.regular[character] ?? GlyphSet.regular["?"] ?? []
  }
}

/// The glyphs of one face, parsed from its generated table on first use.
private struct GlyphSet: Sendable {
  static let regular = GlyphSet(table: glyphTableRegular)
  static let bold = GlyphSet(table: glyphTableBold)

  private var start: [Unicode.Scalar: Int] = [:]
  private var bits: [UInt16] = []

  init(table: String) {
    for line in table.utf8.split(separator: UInt8(ascii: "\n")) {
      let code = line.prefix(4)
      guard let scalar = UInt32(Substring(code), radix: 16).flatMap(Unicode.Scalar.init) else { continue }
      start[scalar] = bits.count
      var rest = line.dropFirst(5)
      while rest.count >= 3 {
        bits.append(UInt16(Substring(rest.prefix(3)), radix: 16) ?? 0)
        rest = rest.dropFirst(3)
      }
    }
  }

  subscript(character: Unicode.Scalar) -> ArraySlice<UInt16>? {
    start[character].map { bits[$0..<$0 + Typeface.lineHeight] }
  }
}
