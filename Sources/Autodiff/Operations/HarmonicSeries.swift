import Tensors

extension Variable {
  /// Each value plus a trigonometric series of it, with coefficients of each channel's own:
  ///
  ///     y = x + Σ_{i<K} a_{i,c}·sin(π i x/K) + b_{i,c}·cos(π i x/K)
  ///
  /// The sine of i = 0 is dead, its cosine a bias. Sine and cosine are computed once; their multiples follow from
  /// s_{i+1} = 2cos θ·s_i − s_{i−1}, in backward again.
  ///
  /// - Parameter coefficients: `[2K, C]`: a, then b. K ≥ 2.
  /// - References: H. Wu et al., Solving High-Dimensional PDEs with Latent Spectral Models, ICML 2023; the authors'
  ///   code, whose frequencies are πi/K.
  public func addingHarmonics(_ coefficients: Parameter) -> Variable {
    let channels = shape.channels
    let harmonics = coefficients.count / (2 * channels)
    precondition(
      coefficients.shape == [2 * harmonics, channels] && harmonics >= 2,
      "\(coefficients.name) does not fit \(shape)")
    let series = HarmonicSeries(rows: shape.rows, channels: channels, harmonics: harmonics)
    return graph.record(
      "harmonics", inputs: [self], output: shape, parameters: [coefficients], keepsInputs: [0],
      forwardScratch: series.waveScratch,
      backwardScratch: series.waveScratch + [series.tileCount, coefficients.count],
      flops: .elementwise(10 * harmonics * shape.count),
      forward: series.forward, backward: series.backward)
  }
}

/// The two directions of ``Variable/addingHarmonics(_:)``.
private struct HarmonicSeries: Sendable {
  let rows: Int
  let channels: Int
  /// K
  let harmonics: Int

  /// Some thousand values, so that all waves of a tile stay in cache.
  private var tile: Int { max(1, min(rows, 2048 / channels)) }
  var tileCount: Int { tile * channels }
  /// 2cos θ, and the last two sines and cosines.
  var waveScratch: [Int] { Array(repeating: tileCount, count: 5) }

  private func row(_ coefficients: Slice, _ index: Int) -> Slice {
    coefficients.dropping(index * channels, length: channels)
  }

  private func forEachTile(_ body: (_ start: Int, _ count: Int) -> Void) {
    for start in stride(from: 0, to: rows, by: tile) { body(start * channels, min(tile, rows - start)) }
  }

  /// Calls `body` with the sine and cosine of every harmonic from the first on, for a tile of values x.
  private func forEachHarmonic(
    _ c: OperationContext, _ x: Slice, _ body: (_ index: Int, _ sine: Slice, _ cosine: Slice) -> Void
  ) {
    let k = c.kernels
    let count = x.count
    func scratch(_ index: Int) -> Slice { c.scratch(index).dropping(0, length: count) }
    let factor = scratch(0)
    var sines = (scratch(1), scratch(2))
    var cosines = (scratch(3), scratch(4))
    k.scale(.pi / Double(harmonics), x, into: factor)
    k.activateBoth(.sine, factor, into: sines.1, derivative: cosines.1)
    k.scale(2, cosines.1, into: factor)
    k.clear(sines.0)
    // The cosine of the zeroth harmonic is one: cos 2θ = 2cos θ·cos θ − 1.
    for i in 0..<count { cosines.0[i] = 1 }
    /// From harmonics i − 1 and i to i and i + 1.
    func advance(_ wave: inout (Slice, Slice)) {
      k.scale(-1, wave.0, into: wave.0)
      k.multiplyElements(factor, wave.1, into: wave.0, accumulate: true)
      wave = (wave.1, wave.0)
    }
    for index in 1..<harmonics {
      body(index, sines.1, cosines.1)
      if index + 1 == harmonics { return }
      advance(&sines)
      advance(&cosines)
    }
  }

  func forward(_ c: OperationContext) {
    let k = c.kernels
    let coefficients = c.parameter(0)
    forEachTile { start, count in
      let x = c.input(0).dropping(start, length: count * channels)
      let y = c.output.dropping(start, length: count * channels)
      k.copy(x, into: y)
      k.copyRows(
        rows: count, width: channels, row(coefficients, harmonics), stride: 0, into: y, stride: channels,
        accumulate: true)
      forEachHarmonic(c, x) { index, sine, cosine in
        k.gate(rows: count, channels: channels, sine, by: row(coefficients, index), into: y, accumulate: true)
        k.gate(
          rows: count, channels: channels, cosine, by: row(coefficients, harmonics + index), into: y,
          accumulate: true)
      }
    }
  }

  func backward(_ c: OperationContext) {
    let k = c.kernels
    let target = c.parameterGradient(0)
    target.prepareToAdd(k)
    // Slopes of the series: πi/K·a of the cosines and −πi/K·b of the sines.
    let slopes = c.scratch(6)
    for index in 0..<harmonics {
      let frequency = Double.pi * Double(index) / Double(harmonics)
      k.scale(frequency, row(c.parameter(0), index), into: row(slopes, index))
      k.scale(-frequency, row(c.parameter(0), harmonics + index), into: row(slopes, harmonics + index))
    }
    let dx = c.inputGradient(0)
    forEachTile { start, count in
      let x = c.input(0).dropping(start, length: count * channels)
      let g = c.outputGradient.dropping(start, length: count * channels)
      let slope = c.scratch(5).dropping(0, length: count * channels)
      k.clear(slope)
      k.columnSums(rows: count, channels: channels, g, into: row(target.slice, harmonics), accumulate: true)
      forEachHarmonic(c, x) { index, sine, cosine in
        k.columnDots(
          rows: count, channels: channels, g, sine, into: row(target.slice, index), accumulate: true)
        k.columnDots(
          rows: count, channels: channels, g, cosine, into: row(target.slice, harmonics + index),
          accumulate: true)
        guard dx != nil else { return }
        k.gate(rows: count, channels: channels, cosine, by: row(slopes, index), into: slope, accumulate: true)
        k.gate(
          rows: count, channels: channels, sine, by: row(slopes, harmonics + index), into: slope,
          accumulate: true)
      }
      guard let dx else { return }
      let part = dx.slice.dropping(start, length: count * channels)
      k.scale(1, g, into: part, accumulate: dx.accumulates)
      k.multiplyElements(g, slope, into: part, accumulate: true)
    }
  }
}
