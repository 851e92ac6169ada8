/// A picture in memory: rows of red, green and blue bytes, the top row first.
///
/// Coordinates of lines are in pixels, x to the right and y downwards; pixel `(i, j)` covers
/// `i..<i+1` and `j..<j+1`, so its centre is at `(i + ½, j + ½)`. Drawing outside the picture, or at
/// coordinates that are not finite, has no effect.
public struct Canvas: Sendable, Equatable {
  /// Pixels that a picture may have at most: 100 million, 300 MB in memory.
  public static let maximumPixels = 100_000_000

  public let width: Int
  public let height: Int
  /// `3·width·height` bytes.
  public internal(set) var pixels: [UInt8]

  /// A picture filled with one colour.
  ///
  /// - Throws: `PlottingError.canvasTooLarge` beyond ``maximumPixels`` or without pixels.
  public init(width: Int, height: Int, background: Color = .white) throws {
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, count <= Canvas.maximumPixels else {
      throw PlottingError.canvasTooLarge(width: width, height: height)
    }
    self.width = width
    self.height = height
    pixels = [UInt8](unsafeUninitializedCapacity: 3 * count) { buffer, initialized in
      for pixel in 0..<count {
        buffer[3 &* pixel] = background.red
        buffer[3 &* pixel &+ 1] = background.green
        buffer[3 &* pixel &+ 2] = background.blue
      }
      initialized = 3 * count
    }
  }

  public var bounds: PixelRect { PixelRect(x: 0, y: 0, width: width, height: height) }

  /// The colour of a pixel.
  public subscript(x: Int, y: Int) -> Color {
    get {
      precondition(x >= 0 && x < width && y >= 0 && y < height, "pixel outside the picture")
      let at = 3 * (y * width + x)
      return Color(red: pixels[at], green: pixels[at + 1], blue: pixels[at + 2])
    }
    set {
      precondition(x >= 0 && x < width && y >= 0 && y < height, "pixel outside the picture")
      let at = 3 * (y * width + x)
      pixels[at] = newValue.red
      pixels[at + 1] = newValue.green
      pixels[at + 2] = newValue.blue
    }
  }

  /// Covers a part `coverage` (0…1) of a pixel with a colour.
  mutating func blend(_ color: Color, coverage: Double, x: Int, y: Int) {
    self[x, y] = coverage >= 1 ? color : self[x, y].mixed(with: color, fraction: coverage)
  }

  /// Fills a rectangle.
  public mutating func fill(_ rect: PixelRect, with color: Color) {
    let visible = rect.intersection(bounds)
    for y in visible.rows {
      for x in visible.columns { self[x, y] = color }
    }
  }

  /// Draws the outline of a rectangle, one pixel wide, just inside of it.
  public mutating func frame(_ rect: PixelRect, with color: Color) {
    fill(PixelRect(x: rect.x, y: rect.y, width: rect.width, height: 1), with: color)
    fill(PixelRect(x: rect.x, y: rect.maxY - 1, width: rect.width, height: 1), with: color)
    fill(PixelRect(x: rect.x, y: rect.y, width: 1, height: rect.height), with: color)
    fill(PixelRect(x: rect.maxX - 1, y: rect.y, width: 1, height: rect.height), with: color)
  }
}
