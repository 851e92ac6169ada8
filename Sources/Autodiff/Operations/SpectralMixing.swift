import Tensors

/// The linear map that a Fourier layer applies to the channels of each mode:
///
///     Y_k = X_k · A · R_k · B
///
/// R_k belongs to the mode, A and B to all of them; a dense weight is R alone. All are complex.
public struct SpectralWeight: Sendable {
  /// A, `[2, Cin, r]`.
  public let input: Parameter?
  /// R, `[blocks, 2, r, s]`, or `[blocks, 2, r]` for a diagonal one (r = s).
  public let core: Parameter
  /// B, `[2, s, Cout]`.
  public let output: Parameter?

  public init(input: Parameter? = nil, core: Parameter, output: Parameter? = nil) {
    precondition(
      (3...4).contains(core.shape.count) && core.shape[1] == 2, "\(core.name): shape [blocks, 2, r(, s)]")
    let (r, s) = (2 * core.shape[2], 2 * core.shape[core.shape.count - 1])
    precondition(input.map { $0.count % r == 0 } ?? true && output.map { $0.count % s == 0 } ?? true)
    self.input = input
    self.core = core
    self.output = output
  }

  public var inputs: Int { input.map { $0.count / (2 * core.shape[2]) } ?? core.shape[2] }
  public var outputs: Int {
    let inner = core.shape[core.shape.count - 1]
    return output.map { $0.count / (2 * inner) } ?? inner
  }
  var parameters: [Parameter] { [input, core, output].compactMap { $0 } }
}

/// The two directions of a ``SpectralWeight`` on the modes `[sample][mode][re | im][channel]` of a lane: one stage per
/// factor, each of which leaves its input for backward.
struct SpectralMixing: Sendable {
  fileprivate enum Kind {
    case shared
    case dense
    case diagonal
  }

  struct Stage: Sendable {
    fileprivate var kind: Kind
    var inputs: Int
    var outputs: Int

    /// Elements of one block of its weight.
    fileprivate var block: Int { 2 * inputs * (kind == .diagonal ? 1 : outputs) }
  }

  let stages: [Stage]
  private let batch: Int
  private let modes: Int
  private let weightBlocks: [Int]

  init(_ weight: SpectralWeight, _ map: SpectralMap, batch: Int) {
    let core = weight.core.shape
    let (r, s) = (core[2], core[core.count - 1])
    var stages = [Stage(kind: core.count == 3 ? .diagonal : .dense, inputs: r, outputs: s)]
    if weight.input != nil { stages.insert(Stage(kind: .shared, inputs: weight.inputs, outputs: r), at: 0) }
    if weight.output != nil { stages.append(Stage(kind: .shared, inputs: s, outputs: weight.outputs)) }
    precondition(map.weightBlocks.allSatisfy { $0 < core[0] }, "\(weight.core.name) has too few modes")
    self.stages = stages
    self.batch = batch
    modes = map.transform.modeCount
    weightBlocks = map.weightBlocks
  }

  /// Operations of one direction.
  var flops: Double {
    stages.reduce(0) { $0 + 8 * Double(batch * modes * $1.inputs * ($1.kind == .diagonal ? 1 : $1.outputs)) }
  }

  /// Elements of the modes of `channels` channels.
  func count(channels: Int) -> Int { batch * modes * 2 * channels }
  /// Largest of the arrays between stages and of the result.
  var largestCount: Int { count(channels: stages.map { max($0.inputs, $0.outputs) }.max() ?? 0) }
  /// Elements of scratch that backward needs.
  var scratchCount: Int { stages.map(\.block).max() ?? 0 }

  /// y = x·W for one stage.
  func forward(_ k: Kernels, _ stage: Stage, _ x: Slice, _ weight: Slice, _ y: Slice) {
    let (inputs, outputs) = (stage.inputs, stage.outputs)
    switch stage.kind {
    case .shared:
      k.complexRows(
        count: batch * modes, inputs: inputs, outputs: outputs, x: x, xStride: 2 * inputs, w: weight, y: y,
        yStride: 2 * outputs, conjugate: false)
    case .dense:
      // One mode after the other, so that each weight is read once.
      for mode in 0..<modes {
        k.complexRows(
          count: batch, inputs: inputs, outputs: outputs, x: x.dropping(mode * 2 * inputs),
          xStride: modes * 2 * inputs,
          w: weight.dropping(weightBlocks[mode] * stage.block, length: stage.block),
          y: y.dropping(mode * 2 * outputs), yStride: modes * 2 * outputs, conjugate: false)
      }
    case .diagonal:
      forEachRow(stage, weight) { at, w in
        multiply(
          k, x.dropping(at, length: 2 * inputs), w, conjugate: false, into: y.dropping(at), accumulate: false)
      }
    }
  }

  /// dW and, unless nil, dx of one stage.
  func backward(
    _ k: Kernels, _ stage: Stage, x: Slice, weight: Slice, dy: Slice, dw: OperationContext.Target, dx: Slice?,
    scratch: Slice
  ) {
    let (inputs, outputs) = (stage.inputs, stage.outputs)
    switch stage.kind {
    case .shared:
      k.complexOuter(
        count: batch * modes, inputs: inputs, outputs: outputs, x: x, xStride: 2 * inputs, g: dy,
        gStride: 2 * outputs, dw: dw.slice, accumulate: dw.accumulates)
      guard let dx else { return }
      transpose(k, stage, weight, into: scratch)
      k.complexRows(
        count: batch * modes, inputs: outputs, outputs: inputs, x: dy, xStride: 2 * outputs, w: scratch,
        y: dx,
        yStride: 2 * inputs, conjugate: true)
    case .dense:
      clearUntouched(k, stage, dw)
      for mode in 0..<modes {
        let start = weightBlocks[mode] * stage.block
        let g = dy.dropping(mode * 2 * outputs)
        k.complexOuter(
          count: batch, inputs: inputs, outputs: outputs, x: x.dropping(mode * 2 * inputs),
          xStride: modes * 2 * inputs, g: g, gStride: modes * 2 * outputs,
          dw: dw.slice.dropping(start, length: stage.block), accumulate: dw.accumulates)
        guard let dx else { continue }
        transpose(k, stage, weight.dropping(start, length: stage.block), into: scratch)
        k.complexRows(
          count: batch, inputs: outputs, outputs: inputs, x: g, xStride: modes * 2 * outputs, w: scratch,
          y: dx.dropping(mode * 2 * inputs), yStride: modes * 2 * inputs, conjugate: true)
      }
    case .diagonal:
      dw.prepareToAdd(k)
      forEachRow(stage, dw.slice) { at, target in
        multiply(
          k, dy.dropping(at, length: 2 * inputs), x.dropping(at, length: 2 * inputs), conjugate: true,
          into: target,
          accumulate: true)
      }
      guard let dx else { return }
      forEachRow(stage, weight) { at, w in
        multiply(
          k, dy.dropping(at, length: 2 * inputs), w, conjugate: true, into: dx.dropping(at), accumulate: false
        )
      }
    }
  }

  /// On a grid with fewer modes than the weight, the blocks that no mode meets have the gradient zero.
  private func clearUntouched(_ k: Kernels, _ stage: Stage, _ dw: OperationContext.Target) {
    if !dw.accumulates && modes < dw.slice.count / stage.block { k.clear(dw.slice) }
  }

  private func transpose(_ k: Kernels, _ stage: Stage, _ weight: Slice, into scratch: Slice) {
    let half = stage.inputs * stage.outputs
    for part in 0..<2 {
      k.transpose(
        rows: stage.inputs, columns: stage.outputs, weight.dropping(part * half, length: half),
        into: scratch.dropping(part * half))
    }
  }

  private func forEachRow(_ stage: Stage, _ weight: Slice, _ body: (_ place: Int, _ block: Slice) -> Void) {
    for sample in 0..<batch {
      for mode in 0..<modes {
        body(
          (sample * modes + mode) * 2 * stage.inputs,
          weight.dropping(weightBlocks[mode] * stage.block, length: stage.block))
      }
    }
  }

  /// y = a ⊙ b, or a ⊙ b̄, for rows `[re | im]`.
  private func multiply(
    _ k: Kernels, _ a: Slice, _ b: Slice, conjugate: Bool, into y: Slice, accumulate: Bool
  ) {
    let n = a.count / 2
    let (aRe, aIm) = (a.dropping(0, length: n), a.dropping(n))
    let (bRe, bIm) = (b.dropping(0, length: n), b.dropping(n))
    let (re, im) = (y.dropping(0, length: n), y.dropping(n, length: n))
    // The one product that is subtracted goes first, between two changes of sign.
    let (negative, product) = conjugate ? (im, (aRe, bIm)) : (re, (aIm, bIm))
    if accumulate { k.scale(-1, negative, into: negative) }
    k.multiplyElements(product.0, product.1, into: negative, accumulate: accumulate)
    k.scale(-1, negative, into: negative)
    if conjugate {
      k.multiplyElements(aIm, bRe, into: im, accumulate: true)
      k.multiplyElements(aRe, bRe, into: re, accumulate: accumulate)
      k.multiplyElements(aIm, bIm, into: re, accumulate: true)
    } else {
      k.multiplyElements(aRe, bRe, into: re, accumulate: true)
      k.multiplyElements(aRe, bIm, into: im, accumulate: accumulate)
      k.multiplyElements(aIm, bRe, into: im, accumulate: true)
    }
  }
}
