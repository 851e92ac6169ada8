/// A point of the picture in pixels, x to the right and y downwards.
public struct PixelPoint: Sendable, Equatable {
  public var x: Double
  public var y: Double

  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  var isFinite: Bool { x.isFinite && y.isFinite }
}

extension Canvas {
  /// Draws a line through points, anti-aliased, with round ends and joints.
  ///
  /// The coverage of a pixel is its largest over all segments, so that a line does not darken where
  /// it crosses itself: `clamp(width/2 + ½ − distance of the pixel's centre, 0, 1)`. A point that is not
  /// finite interrupts the line; a point between two such gaps is drawn as a dot.
  ///
  /// - Parameters:
  ///   - points: In pixels; may lie far outside the picture.
  ///   - width: In pixels, > 0.
  ///   - dash: Lengths of strokes and gaps in turn, in pixels along the line; empty for a solid line.
  ///   - clip: Pixels that may change; the whole picture if nil.
  public mutating func polyline(
    _ points: [PixelPoint], width: Double, color: Color, dash: [Double] = [], clip: PixelRect? = nil
  ) {
    let clip = (clip ?? bounds).intersection(bounds)
    guard clip.width > 0, clip.height > 0, width > 0 else { return }
    var mask = CoverageMask(rect: clip, radius: width / 2)
    var dashes = DashPattern(dash)
    for index in points.indices where points[index].isFinite {
      let follows = index > 0 && points[index - 1].isFinite
      let leads = index + 1 < points.count && points[index + 1].isFinite
      if follows {
        guard let segment = mask.clipped(points[index - 1], points[index]) else { continue }
        dashes.split(segment.0, segment.1) { mask.add($0, $1) }
      } else if !leads {
        if let dot = mask.clipped(points[index], points[index]) { mask.add(dot.0, dot.1) }
      }
    }
    for y in mask.dirtyRows {
      for x in clip.columns {
        let coverage = mask[x, y]
        if coverage > 0 { blend(color, coverage: Double(coverage), x: x, y: y) }
      }
    }
  }

  /// Fills a disc.
  public mutating func dot(_ center: PixelPoint, diameter: Double, color: Color) {
    polyline([center], width: diameter, color: color)
  }
}

/// How much of each pixel of a rectangle a line covers.
private struct CoverageMask {
  let rect: PixelRect
  let radius: Double
  private var coverage: [Float]
  private(set) var dirtyRows: Range<Int>

  init(rect: PixelRect, radius: Double) {
    self.rect = rect
    self.radius = radius
    coverage = [Float](repeating: 0, count: rect.width * rect.height)
    dirtyRows = rect.y..<rect.y
  }

  subscript(x: Int, y: Int) -> Float { coverage[(y - rect.y) * rect.width + x - rect.x] }

  /// The part of a segment within reach of the rectangle (Liang–Barsky), or nil.
  ///
  /// Ends are first brought within 10⁹ pixels, so that differences keep a millionth of a pixel.
  func clipped(_ from: PixelPoint, _ to: PixelPoint) -> (PixelPoint, PixelPoint)? {
    let farthest = 1e9
    func near(_ point: PixelPoint) -> PixelPoint {
      PixelPoint(min(farthest, max(-farthest, point.x)), min(farthest, max(-farthest, point.y)))
    }
    let a = near(from)
    let b = near(to)
    let reach = radius + 1
    let dx = b.x - a.x
    let dy = b.y - a.y
    var enter = 0.0
    var leave = 1.0
    let sides = [
      (-dx, a.x - (Double(rect.x) - reach)), (dx, Double(rect.maxX) + reach - a.x),
      (-dy, a.y - (Double(rect.y) - reach)), (dy, Double(rect.maxY) + reach - a.y),
    ]
    for (direction, room) in sides {
      if direction == 0 {
        if room < 0 { return nil }
      } else if direction < 0 {
        enter = max(enter, room / direction)
      } else {
        leave = min(leave, room / direction)
      }
    }
    guard enter <= leave else { return nil }
    return (
      PixelPoint(a.x + enter * dx, a.y + enter * dy), PixelPoint(a.x + leave * dx, a.y + leave * dy)
    )
  }

  /// Adds a segment that ``clipped(_:_:)`` has brought near the rectangle.
  mutating func add(_ a: PixelPoint, _ b: PixelPoint) {
    let dx = b.x - a.x
    let dy = b.y - a.y
    let lengthSquared = dx * dx + dy * dy
    let reach = radius + 0.5
    let rows = Self.pixels(min(a.y, b.y) - reach, max(a.y, b.y) + reach, within: rect.rows)
    guard !rows.isEmpty else { return }
    for row in rows {
      let y = Double(row) + 0.5
      // The stretch of the segment that comes within reach of this row.
      var t0 = 0.0
      var t1 = 1.0
      if abs(dy) > 1e-9 {
        let below = (y - reach - a.y) / dy
        let above = (y + reach - a.y) / dy
        t0 = max(0, min(below, above))
        t1 = min(1, max(below, above))
        if t0 > t1 { continue }
      }
      let x0 = a.x + t0 * dx
      let x1 = a.x + t1 * dx
      for column in Self.pixels(min(x0, x1) - reach, max(x0, x1) + reach, within: rect.columns) {
        let px = Double(column) + 0.5 - a.x
        let py = y - a.y
        let along = lengthSquared > 0 ? min(1, max(0, (px * dx + py * dy) / lengthSquared)) : 0
        let ex = px - along * dx
        let ey = py - along * dy
        let covered = Float(min(1, reach - (ex * ex + ey * ey).squareRoot()))
        let at = (row - rect.y) * rect.width + column - rect.x
        if covered > coverage[at] { coverage[at] = covered }
      }
    }
    dirtyRows =
      dirtyRows.isEmpty
      ? rows : min(dirtyRows.lowerBound, rows.lowerBound)..<max(dirtyRows.upperBound, rows.upperBound)
  }

  /// Pixels that an interval touches, within a range; the interval is near the range, so conversion is safe.
  private static func pixels(_ lower: Double, _ upper: Double, within range: Range<Int>) -> Range<Int> {
    let first = max(range.lowerBound, Int(lower.rounded(.down)))
    let end = min(range.upperBound, Int(upper.rounded(.up)))
    return first..<max(first, end)
  }
}

/// Cuts segments into strokes, going on from one segment to the next.
private struct DashPattern {
  private let lengths: [Double]
  private var index = 0
  private var remaining: Double

  init(_ lengths: [Double]) {
    let usable = lengths.count.isMultiple(of: 2) && lengths.allSatisfy { $0 >= 1 && $0.isFinite }
    self.lengths = usable ? lengths : []
    remaining = self.lengths.first ?? 0
  }

  mutating func split(_ a: PixelPoint, _ b: PixelPoint, stroke: (PixelPoint, PixelPoint) -> Void) {
    let dx = b.x - a.x
    let dy = b.y - a.y
    let length = (dx * dx + dy * dy).squareRoot()
    guard !lengths.isEmpty, length > 0 else { return stroke(a, b) }
    var done = 0.0
    while done < length {
      let next = min(length, done + remaining)
      if index.isMultiple(of: 2) {
        stroke(
          PixelPoint(a.x + done / length * dx, a.y + done / length * dy),
          PixelPoint(a.x + next / length * dx, a.y + next / length * dy))
      }
      remaining -= next - done
      done = next
      if remaining <= 1e-9 {
        index = (index + 1) % lengths.count
        remaining = lengths[index]
      }
    }
  }
}
