import Spectral
import Tensors

/// The last axis' transform of long lines with many modes by fast Fourier transforms; what
/// ``TruncatedTransform`` does otherwise by products with tables.
///
/// Sixteen channels at a time are transposed, so that each is a contiguous line of N points; that line is a complex one of
/// N/2 points (even points real, odd ones imaginary parts), whose modes give those that are wanted.
final class FourierLines: Sendable {
  private let points: Int
  private let modes: Int
  private let analysisScale: Double
  private let synthesisScale: Double
  private let transform: ComplexLineTransform
  /// i·exp(2πi m/N), m = 0…N/2.
  private let turns: HostBuffer
  /// Elements from one channel's line to the next: all begin at a line of the cache.
  private let stride: Int

  /// Channels that are transformed together: single-precision numbers of a line of the cache.
  private static let block = 16

  /// Whether transforms are cheaper than products.
  ///
  /// A product's cost is N·m, a transform's nearly independent of m. Measured, they meet at 37 to 56 modes for N = 2^k, 3·2^k
  /// and 5·2^k of 256 and more, and at about 96 for other products of 2, 3, 5 and 7, for which FFTW's estimated plans take twice
  /// as long; see Roofline.md. Shorter lines have no more than these modes.
  static func isCheaper(points: Int, modes: Int) -> Bool {
    guard points >= 256, points % 2 == 0, FourierLength.isSmooth(points) else { return false }
    let odd = points >> points.trailingZeroBitCount
    return modes >= (odd <= 5 ? 56 : 96)
  }

  /// - Parameters:
  ///   - points: N, even.
  ///   - modes: m ≤ N/2 + 1, of frequencies 0, 1, …
  ///   - analysisScale: s_a
  ///   - synthesisScale: s_s
  init(points: Int, modes: Int, analysisScale: Double, synthesisScale: Double, precision: Precision) {
    precondition(points % 2 == 0 && modes <= points / 2 + 1)
    self.points = points
    self.modes = modes
    self.analysisScale = analysisScale
    self.synthesisScale = synthesisScale
    transform = ComplexLineTransform(points: points / 2, precision: precision)
    turns = HostBuffer(count: points + 2, precision: precision)
    for m in 0...(points / 2) {
      let turn = exactSineAndCosine(numerator: m, denominator: points)
      turns[2 * m] = -turn.sine
      turns[2 * m + 1] = turn.cosine
    }
    stride = (points + 2 + Self.block - 1) / Self.block * Self.block
  }

  /// Elements of scratch that both directions need.
  func scratchCount(channels: Int) -> Int { 2 * min(channels, Self.block) * stride }

  /// Additions and multiplications of one line.
  func flops(channels: Int) -> Int {
    let half = Double(points / 2)
    return channels * (Int(5 * half * naturalLogarithm(half) / naturalLogarithm(2)) + 10 * modes)
  }

  /// X_k = f_k Σ_n x_n e^{−2πi nk/N}, with f_k = s_a for the analysis and s_s·c_k for the transposed synthesis.
  ///
  /// - Parameters:
  ///   - line: `[point][channel]`
  ///   - result: `[k][re | im][channel]`
  func toModes(
    _ kernels: Kernels, _ map: TruncatedTransform.Map, _ line: Slice, channels: Int, scratch: Slice,
    into result: Slice
  ) {
    let half = points / 2
    let (scale, isDoubled) = factor(map)
    for first in Swift.stride(from: 0, to: channels, by: Self.block) {
      let width = min(Self.block, channels - first)
      let (lines, spectra) = buffers(scratch, width)
      kernels.transpose(
        rows: points, columns: width, line.dropping(first), stride: channels, into: lines, stride: stride)
      for channel in 0..<width {
        let (line, spectrum) = (lines.dropping(channel * stride), spectra.dropping(channel * stride))
        transform.forward(line, into: spectrum)
        kernels.gatherLine(
          half: half, count: min(modes, half), spectrum, turns: turns.slice(), into: line)
        if modes > half {
          line[2 * half] = spectrum[0] - spectrum[1]
          line[2 * half + 1] = 0
        }
      }
      kernels.transpose(
        rows: width, columns: 2 * modes, lines, stride: stride, into: result.dropping(first), stride: channels
      )
    }
    let all = result.dropping(0, length: 2 * modes * channels)
    let factor = isDoubled ? 2 * scale : scale
    if factor != 1 { kernels.scale(factor, all, into: all) }
    guard isDoubled else { return }
    // The modes that are their own mirror image.
    halve(all.dropping(0, length: 2 * channels), kernels)
    if modes > half { halve(all.dropping(2 * half * channels, length: 2 * channels), kernels) }
  }

  private func halve(_ x: Slice, _ kernels: Kernels) { kernels.scale(0.5, x, into: x) }

  /// x_n = start + Σ_k f_k Re(X_k e^{+2πi nk/N}), the transpose of ``toModes(_:_:_:channels:scratch:into:)``.
  func fromModes(
    _ kernels: Kernels, _ map: TruncatedTransform.Map, _ values: Slice, channels: Int, scratch: Slice,
    into line: Slice, _ start: Kernels.Start
  ) {
    let half = points / 2
    let (scale, isDoubled) = factor(map)
    // The complex line counts every mode twice but those that are their own mirror image.
    let factor = isDoubled ? scale : 0.5 * scale
    for first in Swift.stride(from: 0, to: channels, by: Self.block) {
      let width = min(Self.block, channels - first)
      let (lines, spectra) = buffers(scratch, width)
      kernels.transpose(
        rows: 2 * modes, columns: width, values.dropping(first), stride: channels, into: lines, stride: stride
      )
      for channel in 0..<width {
        let (line, spectrum) = (lines.dropping(channel * stride), spectra.dropping(channel * stride))
        let given = line.dropping(0, length: 2 * modes)
        if factor != 1 { kernels.scale(factor, given, into: given) }
        if !isDoubled { line[0] *= 2 }
        kernels.spreadLine(
          half: half, count: min(modes, half), given, turns: turns.slice(), into: spectrum)
        if modes > half {
          let last = isDoubled ? line[2 * half] : 2 * line[2 * half]
          spectrum[0] += last
          spectrum[1] -= last
        }
        transform.backward(spectrum, into: line)
      }
      let target = line.dropping(first)
      switch start {
      case .zero:
        kernels.transpose(
          rows: width, columns: points, lines, stride: stride, into: target, stride: channels)
        continue
      case .row(let row):
        kernels.copyRows(
          rows: points, width: width, row.dropping(first), stride: 0, into: target, stride: channels)
      case .accumulate: break
      }
      kernels.transpose(rows: width, columns: points, lines, stride: stride, into: spectra)
      kernels.copyRows(
        rows: points, width: width, spectra, stride: width, into: target, stride: channels, accumulate: true)
    }
  }

  /// The scale of a map, and whether modes with a mirror image count twice.
  private func factor(_ map: TruncatedTransform.Map) -> (scale: Double, isDoubled: Bool) {
    switch map {
    case .analysis, .analysisAdjoint: (analysisScale, false)
    case .synthesis, .synthesisAdjoint: (synthesisScale, true)
    }
  }

  private func buffers(_ scratch: Slice, _ width: Int) -> (Slice, Slice) {
    (scratch.dropping(0, length: width * stride), scratch.dropping(width * stride, length: width * stride))
  }
}
