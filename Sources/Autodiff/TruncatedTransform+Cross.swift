import Tensors

// The axes other than the last, one after the other.
extension TruncatedTransform {
  /// From lines' modes `[N₁]…[N_{d−1}][k_d][re | im][channel]` to all modes. `lineModes` is overwritten.
  public func crossToModes(
    _ kernels: Kernels, lineModes: Slice, channels: Int, scratch: Slice, into modes: Slice
  ) {
    if grid.count == 1 {
      kernels.copy(lineModes.dropping(0, length: lineModeCount(channels: channels)), into: modes)
      return
    }
    var inner = lineModeCount(channels: channels)
    var outer = lines
    for axis in (0..<(grid.count - 1)).reversed() {
      let (n, q, kept) = (grid[axis], highest[axis], frequencies[axis])
      outer /= n
      let half = n / 2 + 1
      let cosines = Kernels.Matrix(axisTables[axis].cosine.slice(), rows: q + 1, columns: half)
      let sines = Kernels.Matrix(axisTables[axis].sine.slice(), rows: q, columns: n - half)
      // In place but for the last axis: kept modes are no more than points, so line o's result ends before
      // line o + 1's input begins.
      let target = axis == 0 ? modes : lineModes
      for o in 0..<outer {
        let line = lineModes.dropping(o * n * inner, length: n * inner)
        kernels.butterfly(line, points: n, channels: inner)
        kernels.multiply(
          cosines, .init(line, rows: half, columns: inner),
          into: .init(scratch, rows: q + 1, columns: inner))
        kernels.multiply(
          sines, .init(line.dropping(half * inner), rows: n - half, columns: inner),
          into: .init(scratch.dropping((q + 1) * inner), rows: q, columns: inner))
        for (index, frequency) in kept.enumerated() {
          let k = abs(frequency)
          kernels.combine(
            blocks: inner / (2 * channels), channels: channels,
            cosine: scratch.dropping(k * inner, length: inner),
            sine: k == 0 ? nil : scratch.dropping((q + k) * inner, length: inner),
            sign: frequency < 0 ? -1 : 1,
            into: target.dropping((o * kept.count + index) * inner))
        }
      }
      inner *= kept.count
    }
  }

  /// From all modes to lines' modes; the transpose of ``crossToModes``. `modes` is left as it was.
  public func crossFromModes(
    _ kernels: Kernels, modes: Slice, channels: Int, scratch: Slice, into lineModes: Slice
  ) {
    if grid.count == 1 {
      kernels.copy(modes.dropping(0, length: lineModeCount(channels: channels)), into: lineModes)
      return
    }
    var inner = lineModeCount(channels: channels)
    for axis in 1..<(grid.count - 1) { inner *= frequencies[axis].count }
    var outer = 1
    for axis in 0..<(grid.count - 1) {
      let (n, q, kept) = (grid[axis], highest[axis], frequencies[axis])
      let half = n / 2 + 1
      let cosines = Kernels.Matrix(axisTables[axis].cosine.slice(), rows: q + 1, columns: half)
      let sines = Kernels.Matrix(axisTables[axis].sine.slice(), rows: q, columns: n - half)
      let source = axis == 0 ? modes : lineModes
      // Backwards, because the result of an outer index is larger than its source and may share its memory.
      for o in (0..<outer).reversed() {
        for k in 0...q {
          let plus = kept.firstIndex(of: k)
          let minus = k == 0 ? nil : kept.firstIndex(of: -k)
          let cosine = scratch.dropping(k * inner, length: inner)
          let sine = k == 0 ? nil : scratch.dropping((q + k) * inner, length: inner)
          if plus == nil && minus == nil {
            kernels.clear(cosine)
            if let sine { kernels.clear(sine) }
            continue
          }
          kernels.split(
            blocks: inner / (2 * channels), channels: channels,
            plus: plus.map { source.dropping((o * kept.count + $0) * inner, length: inner) },
            minus: minus.map { source.dropping((o * kept.count + $0) * inner, length: inner) },
            cosine: cosine,
            sine: sine)
        }
        let line = lineModes.dropping(o * n * inner, length: n * inner)
        kernels.multiply(
          cosines.transposed, .init(scratch, rows: q + 1, columns: inner),
          into: .init(line, rows: half, columns: inner))
        kernels.multiply(
          sines.transposed, .init(scratch.dropping((q + 1) * inner), rows: q, columns: inner),
          into: .init(line.dropping(half * inner), rows: n - half, columns: inner))
        kernels.butterfly(line, points: n, channels: inner)
      }
      outer *= n
      if axis + 1 < grid.count - 1 { inner /= frequencies[axis + 1].count }
    }
  }
}
