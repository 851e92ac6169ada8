import Diagnostics
import Plotting
import Testing

@Suite("Canvas")
struct CanvasTests {
  @Test("A level line of even width covers exactly its rows")
  func levelLine() throws {
    var canvas = try Canvas(width: 40, height: 20)
    let red = Color(0xFF0000)
    canvas.polyline([PixelPoint(-10, 10), PixelPoint(60, 10)], width: 4, color: red)
    for x in 0..<40 {
      for y in 0..<20 { #expect(canvas[x, y] == ((8..<12).contains(y) ? red : .white), "pixel \(x), \(y)") }
    }
  }

  @Test("A slanted line's ink is its area and a self-crossing does not darken")
  func antialiasing() throws {
    var canvas = try Canvas(width: 120, height: 120)
    let a = PixelPoint(10, 10)
    let b = PixelPoint(100, 63)
    canvas.polyline([a, b], width: 3, color: Color(0))
    let once = canvas
    // Area of a stadium: length × width and one disc of the ends.
    let length = (90.0 * 90 + 53 * 53).squareRoot()
    let area = length * 3 + 3.14159 * 1.5 * 1.5
    // A ramp of one pixel integrates to the true area along the sides; only the round ends differ, by
    // under a pixel.
    let tolerance = 2.0
    #expect(abs(ink(canvas) - area) < tolerance)

    canvas = try Canvas(width: 120, height: 120)
    canvas.polyline([a, b, a, b], width: 3, color: Color(0))
    #expect(canvas == once)
  }

  @Test("Gaps, dots, dashes and clipping")
  func gaps() throws {
    var canvas = try Canvas(width: 100, height: 10)
    let black = Color(0)
    canvas.polyline(
      [
        PixelPoint(0, 5), PixelPoint(20, 5), PixelPoint(.nan, 5), PixelPoint(50, 5),
        PixelPoint(50, .infinity), PixelPoint(80, 5),
      ],
      width: 2, color: black)
    #expect(canvas[10, 5] == black)
    #expect(canvas[35, 5] == .white)
    #expect(canvas[50, 5] != .white, "a point between two gaps is a dot")
    #expect(canvas[65, 5] == .white)

    canvas = try Canvas(width: 100, height: 10)
    canvas.polyline([PixelPoint(0, 5), PixelPoint(100, 5)], width: 2, color: black, dash: [20, 20])
    #expect([5, 10, 50, 90].allSatisfy { canvas[$0, 5] == black })
    #expect([27, 30, 33, 70].allSatisfy { canvas[$0, 5] == .white })

    canvas = try Canvas(width: 100, height: 10)
    let clip = PixelRect(x: 30, y: 0, width: 10, height: 10)
    canvas.polyline([PixelPoint(-1e300, 5), PixelPoint(1e300, 5)], width: 2, color: black, clip: clip)
    #expect((0..<100).allSatisfy { canvas[$0, 5] == (clip.columns.contains($0) ? black : .white) })
  }

  @Test("Images put the first axis to the right, the second upwards")
  func imageOrientation() throws {
    var canvas = try Canvas(width: 4, height: 4)
    // Values [x][y]: only x = 1, y = 0 is high, so it is at the lower right.
    canvas.image(
      [0, 0, 1, 0], shape: (2, 2), in: canvas.bounds, colors: .grey, range: 0...1, scaling: .nearest)
    #expect(canvas[3, 3] == .white && canvas[2, 2] == .white)
    #expect(canvas[0, 0] == Color(0) && canvas[3, 0] == Color(0) && canvas[0, 3] == Color(0))
  }

  @Test("Finer grids are averaged, coarser ones interpolated, what is not finite is grey")
  func imageScaling() throws {
    var canvas = try Canvas(width: 2, height: 1)
    canvas.image(
      [0, 1, 1, 1], shape: (4, 1), in: canvas.bounds, colors: .grey, range: 0...1, scaling: .nearest)
    #expect(canvas[0, 0] == Color(0x808080))
    #expect(canvas[1, 0] == .white)

    canvas = try Canvas(width: 8, height: 1)
    canvas.image([0, 1], shape: (2, 1), in: canvas.bounds, colors: .grey, range: 0...1, scaling: .bilinear)
    let ramp = (0..<8).map { canvas[$0, 0].red }
    // Cell centres are at 2 and 6; pixel centres between them are at (x + ½ − 2) / 4.
    #expect(ramp == [0, 0, 32, 96, 159, 223, 255, 255])

    canvas.image(
      [.nan, .infinity, 1, 1], shape: (4, 1), in: canvas.bounds, colors: .grey, range: 0...1,
      scaling: .bilinear)
    #expect(canvas[0, 0] == .missing && canvas[7, 0] == .white)
    canvas.image(
      [-1e308, 1e308], shape: (2, 1), in: canvas.bounds, colors: .grey, range: -1e308...1e308,
      scaling: .nearest)
    #expect(canvas[0, 0] == Color(0) && canvas[7, 0] == .white)
  }

  @Test("Colour maps begin, end and balance as they say")
  func colorMaps() {
    #expect(ColorMap.sequential[0] == Color(0x440154))
    #expect(ColorMap.sequential[1] == Color(0xFDE725))
    #expect(
      ColorMap.sequential[-3] == ColorMap.sequential[0] && ColorMap.sequential[7] == ColorMap.sequential[1])
    #expect(ColorMap.grey[0.5] == Color(0x808080))
    #expect(ColorMap.diverging[.nan] == .missing)
    let middle = ColorMap.diverging[0.5]
    #expect(middle.red == middle.blue && middle.red > 245)
    // The arms are rounded to eight bits a channel, which moves the lightness by less than one unit.
    let tolerance = 1.0
    for step in 0...5 {
      let negative = lightness(ColorMap.diverging.stops[step])
      let positive = lightness(ColorMap.diverging.stops[10 - step])
      #expect(abs(negative - positive) < tolerance, "arms differ at \(step): \(negative), \(positive)")
      #expect(abs(negative - (28 + 14 * Double(step))) < tolerance)
    }
    let sequence = ColorMap.sequential.stops.map(lightness)
    #expect(zip(sequence, sequence.dropFirst()).allSatisfy { $0 < $1 }, "lightness must rise")
  }

  @Test("A canvas without pixels or with too many is refused")
  func sizes() {
    for (width, height) in [(0, 5), (5, -1), (Int.max, 2), (100_000, 100_000)] {
      #expect(throws: PlottingError.canvasTooLarge(width: width, height: height)) {
        try Canvas(width: width, height: height)
      }
    }
  }

  /// Sum over pixels of how dark they are, in pixels.
  private func ink(_ canvas: Canvas) -> Double {
    stride(from: 0, to: canvas.pixels.count, by: 3).reduce(0.0) { $0 + 1 - Double(canvas.pixels[$1]) / 255 }
  }

  /// CIELAB lightness of an sRGB colour (IEC 61966-2-1, white point D65), 0…100.
  private func lightness(_ color: Color) -> Double {
    func linear(_ channel: UInt8) -> Double {
      let value = Double(channel) / 255
      return value <= 0.04045 ? value / 12.92 : power((value + 0.055) / 1.055, 2.4)
    }
    let luminance = 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
    return luminance > 0.008856 ? 116 * power(luminance, 1.0 / 3) - 16 : 903.3 * luminance
  }
}
