import Plotting
import Testing

@Suite("Text")
struct TextTests {
  @Test("Text has the width its style says and stays in its line", arguments: 1...3)
  func width(scale: Int) throws {
    let style = TextStyle(.regular, scale: scale, color: Color(0))
    let text = "HMω×10⁻³"
    #expect(style.width(of: text) == 8 * 9 * scale)
    var canvas = try Canvas(width: 400, height: 80)
    canvas.text(text, x: 20, y: 10, style: style)
    let inked = inkBounds(canvas)
    #expect(inked.x >= 20 && inked.maxX <= 20 + style.width(of: text))
    #expect(inked.y >= 10 && inked.maxY <= 10 + style.lineHeight)
    #expect(inked.width > style.width(of: text) - 3 * 9 * scale / 2)
  }

  @Test("Alignment moves the text by its width")
  func alignment() throws {
    let style = TextStyle(.bold, color: Color(0))
    var leading = try Canvas(width: 200, height: 40)
    leading.text("error", x: 50, y: 10, style: style)
    var trailing = try Canvas(width: 200, height: 40)
    trailing.text("error", x: 50 + style.width(of: "error"), y: 10, style: style, alignment: .trailing)
    #expect(leading == trailing)
    var upwards = try Canvas(width: 40, height: 200)
    upwards.textUpwards("error", x: 10, y: 150, style: style, alignment: .leading)
    for x in 0..<200 {
      for y in 0..<40 where x >= 50 && x < 95 { #expect(upwards[y, 149 - (x - 50)] == leading[x, y]) }
    }
  }

  @Test("Stems of a smoothed letter stay fully dark, its slanted strokes do not keep steps")
  func smoothing() throws {
    var canvas = try Canvas(width: 60, height: 60)
    canvas.text("I", x: 0, y: 0, style: TextStyle(scale: 2, color: Color(0)))
    let column = (0..<18).first { canvas[$0, 18] == Color(0) }
    #expect(column != nil)
    canvas = try Canvas(width: 60, height: 60)
    canvas.text("/", x: 0, y: 0, style: TextStyle(scale: 2, color: Color(0)))
    let shades = Set((0..<60).flatMap { x in (0..<60).map { y in canvas[x, y] } })
    #expect(shades.count > 2)
  }

  @Test("Unknown characters become question marks, bold ones missing come from the regular face")
  func fallback() throws {
    func drawn(_ text: String, _ typeface: Typeface) throws -> Canvas {
      var canvas = try Canvas(width: 20, height: 20)
      canvas.text(text, x: 0, y: 0, style: TextStyle(typeface))
      return canvas
    }
    #expect(try drawn("漢", .regular) == drawn("?", .regular))
    #expect(try drawn("⁷", .bold) == drawn("⁷", .regular))
    #expect(try drawn("a", .bold) != drawn("a", .regular))
    #expect(try drawn("ν", .regular) != drawn("?", .regular))
  }

  @Test("A text that does not fit ends with an ellipsis")
  func fitting() {
    let style = TextStyle()
    #expect(style.fitting("vorticity", width: 81) == "vorticity")
    #expect(style.fitting("vorticity", width: 80) == "vortici…")
    #expect(style.fitting("vorticity", width: 0) == "…")
  }

  @Test("Numbers read as in print")
  func numbers() {
    #expect(NumberText.significant(0.012345) == "0.0123")
    #expect(NumberText.significant(-1.5e-7, digits: 2) == "−1.5×10⁻⁷")
    #expect(NumberText.significant(9.996) == "10.0")
    #expect(NumberText.significant(99999, digits: 2) == "1.0×10⁵")
    #expect(NumberText.significant(0) == "0")
    #expect(NumberText.significant(.nan) == "NaN")
    #expect(NumberText.significant(-.infinity) == "−∞")
    #expect(NumberText.significant(.leastNonzeroMagnitude, digits: 1) == "5×10⁻³²⁴")
    #expect(NumberText.significant(1.7976931348623157e308) == "1.80×10³⁰⁸")
  }

  private func inkBounds(_ canvas: Canvas) -> PixelRect {
    let inked = (0..<canvas.width).flatMap { x in (0..<canvas.height).map { y in (x, y) } }.filter {
      canvas[$0, $1] != .white
    }
    let x = inked.map(\.0).min() ?? 0
    let y = inked.map(\.1).min() ?? 0
    return PixelRect(
      x: x, y: y, width: (inked.map(\.0).max() ?? 0) - x + 1, height: (inked.map(\.1).max() ?? 0) - y + 1)
  }
}
