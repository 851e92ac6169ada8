import Tensors

// The axes other than the last, one after the other.
extension TruncatedTransform {
  /// Cosines and sines of an axis, a row a wave.
  private func waves(_ map: Map, axis: Int) -> (cosines: Kernels.Matrix, sines: Kernels.Matrix) {
    let table = axisTables[axis][map]
    let (front, rest) = TruncatedTransform.ranges(grid[axis], continuations[axis])
    return (
      Kernels.Matrix(table.cosine.slice(), rows: highest[axis] + 1, columns: front.count),
      Kernels.Matrix(table.sine.slice(), rows: highest[axis], columns: rest.count)
    )
  }

  /// From lines' modes `[N₁]…[N_{d−1}][k_d][re | im][channel]` to all modes. `lineModes` is overwritten.
  public func crossToModes(
    _ kernels: Kernels, _ map: Map, lineModes: Slice, channels: Int, scratch: Slice, into modes: Slice
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
      let isFolded = continuations[axis] == .periodic
      let (front, rest) = TruncatedTransform.ranges(n, continuations[axis])
      let (cosines, sines) = waves(map, axis: axis)
      // In place but for the last axis, in the order in which no result lies where another's input is yet to be read.
      let target = axis == 0 ? modes : lineModes
      for step in 0..<outer {
        let o = kept.count <= n ? step : outer - 1 - step
        let line = lineModes.dropping(o * n * inner, length: n * inner)
        if isFolded { kernels.butterfly(line, points: n, channels: inner) }
        kernels.multiply(
          cosines, .init(line, rows: front.count, columns: inner),
          into: .init(scratch, rows: q + 1, columns: inner))
        kernels.multiply(
          sines, .init(line.dropping(rest.lowerBound * inner), rows: rest.count, columns: inner),
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
    _ kernels: Kernels, _ map: Map, modes: Slice, channels: Int, scratch: Slice, into lineModes: Slice
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
      let isFolded = continuations[axis] == .periodic
      let (front, rest) = TruncatedTransform.ranges(n, continuations[axis])
      let (cosines, sines) = waves(map, axis: axis)
      let source = axis == 0 ? modes : lineModes
      for step in 0..<outer {
        let o = kept.count <= n ? outer - 1 - step : step
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
          into: .init(line, rows: front.count, columns: inner))
        kernels.multiply(
          sines.transposed, .init(scratch.dropping((q + 1) * inner), rows: q, columns: inner),
          into: .init(line.dropping(rest.lowerBound * inner), rows: rest.count, columns: inner),
          isFolded ? .zero : .accumulate)
        if isFolded { kernels.butterfly(line, points: n, channels: inner) }
      }
      outer *= n
      if axis + 1 < grid.count - 1 { inner /= frequencies[axis + 1].count }
    }
  }
}
