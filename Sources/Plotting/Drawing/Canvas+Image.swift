/// How values between grid points are shown.
public enum ImageScaling: Sendable {
  /// Each grid point is a cell of one colour.
  case nearest
  /// Values, not colours, are interpolated linearly on each axis.
  case bilinear
}

extension Canvas {
  /// Draws a function of two variables as an image: the first axis to the right, the second upwards.
  ///
  /// Where the grid is finer than the picture, each pixel shows the mean of the points that it covers,
  /// with either scaling. Values that are not finite are left out of means; a pixel that is mostly such
  /// values is ``Color/missing``.
  ///
  /// - Parameters:
  ///   - values: `shape[0]·shape[1]` numbers, the second index fastest.
  ///   - range: Values that get the colours of positions 0 and 1; those outside are clamped.
  public mutating func image(
    _ values: [Double], shape: (Int, Int), in rect: PixelRect, colors: ColorMap,
    range: ClosedRange<Double>, scaling: ImageScaling
  ) {
    precondition(
      shape.0 > 0 && shape.1 > 0 && values.count == shape.0 * shape.1, "values do not fill the shape")
    let span = range.upperBound / 2 - range.lowerBound / 2
    let across = Resampling(points: shape.0, pixels: rect.width, scaling: scaling)
    let upwards = Resampling(points: shape.1, pixels: rect.height, scaling: scaling)
    let visible = rect.intersection(bounds)
    for y in visible.rows {
      let rowTaps = upwards.taps[rect.maxY - 1 - y]
      for x in visible.columns {
        var sum = 0.0
        var weight = 0.0
        for i in across.taps[x - rect.x] {
          for j in rowTaps {
            let value = values[i.index * shape.1 + j.index]
            guard value.isFinite else { continue }
            let w = i.weight * j.weight
            sum += w * value
            weight += w
          }
        }
        guard weight >= 0.5 else {
          self[x, y] = .missing
          continue
        }
        let half = sum / weight / 2 - range.lowerBound / 2
        self[x, y] = colors[span > 0 ? half / span : 0.5]
      }
    }
  }
}

/// Which points make a pixel of one axis, with weights that sum to one.
private struct Resampling {
  var taps: [[(index: Int, weight: Double)]]

  init(points: Int, pixels: Int, scaling: ImageScaling) {
    let ratio = Double(points) / Double(max(1, pixels))
    taps = (0..<pixels).map { pixel in
      let lower = Double(pixel) * ratio
      let upper = Double(pixel + 1) * ratio
      let center = (lower + upper) / 2
      if ratio > 1 { return Self.covered(lower, upper, points) }
      switch scaling {
      case .nearest: return [(min(points - 1, Int(center)), 1)]
      case .bilinear:
        let position = min(Double(points - 1), max(0, center - 0.5))
        let first = min(Int(position), max(0, points - 2))
        let fraction = position - Double(first)
        return fraction > 0 ? [(first, 1 - fraction), (first + 1, fraction)] : [(first, 1)]
      }
    }
  }

  /// Points of the cells `0..<points` that an interval covers, weighted by the length covered.
  private static func covered(_ lower: Double, _ upper: Double, _ points: Int) -> [(
    index: Int, weight: Double
  )] {
    let first = min(points - 1, Int(lower))
    let last = min(points - 1, Int(upper))
    let parts = (first...last).map { index in
      (index: index, weight: max(0, min(upper, Double(index + 1)) - max(lower, Double(index))))
    }
    let total = parts.reduce(0) { $0 + $1.weight }
    return total > 0 ? parts.map { ($0.index, $0.weight / total) } : [(first, 1)]
  }
}
