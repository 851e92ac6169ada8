import Tensors

/// A Fourier layer's fixed part: which modes of which grid meet which blocks of a weight.
public struct SpectralMap: Sendable {
  public let transform: TruncatedTransform
  /// Block of the weight for each kept mode; identity unless the grid holds fewer modes than the weight.
  public let weightBlocks: [Int]

  public init(transform: TruncatedTransform, weightBlocks: [Int]? = nil) {
    self.transform = transform
    self.weightBlocks = weightBlocks ?? Array(0..<transform.modeCount)
    precondition(self.weightBlocks.count == transform.modeCount)
  }
}

extension Variable {
  /// One Fourier layer as a single operation:
  ///
  ///     h = f( F*(R · F x) + x·W + b )
  ///
  /// with F the truncated transform, R a complex matrix per mode, and any of W and b absent. The inverse transform's
  /// last axis, the pointwise map, the bias and the activation are done line by line while the line is in cache.
  /// Equal to the composition of its parts, which the tests check.
  ///
  /// - Parameters:
  ///   - weight: R, shape `[modes, 2, Cin, Cout]`, real parts before imaginary ones.
  ///   - skip: W, `[Cin, Cout]`.
  ///   - bias: b, `[Cout]`.
  /// - References: Z. Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, eq. (2) and (4).
  public func spectralBlock(
    _ map: SpectralMap, weight: Parameter, skip: Parameter? = nil, bias: Parameter? = nil,
    activation: Activation
  ) -> Variable {
    let block = SpectralBlock(self.shape, map, weight: weight, skip: skip, bias: bias, activation: activation)
    let keepsPreactivation = activation != .identity
    return graph.record(
      "spectralBlock", inputs: [self], output: shape.with(channels: block.outputs),
      parameters: [weight] + [skip, bias].compactMap { $0 }, keepsInputs: skip == nil ? [] : [0],
      residuals: [block.batch * block.modes * 2 * block.inputs]
        + (keepsPreactivation ? [shape.rows * block.outputs] : []),
      forwardScratch: [
        block.batch * block.modes * 2 * block.outputs, block.scratchCount, block.scratchCount,
      ],
      backwardScratch: [
        block.batch * block.modes * 2 * block.outputs, block.scratchCount, block.scratchCount,
        2 * block.inputs * block.outputs, block.batch * block.modes * 2 * block.inputs,
      ],
      forward: block.forward, backward: block.backward)
  }
}

/// The two directions of ``Variable/spectralBlock(_:weight:skip:bias:activation:)``.
private struct SpectralBlock: Sendable {
  let batch: Int
  let inputs: Int
  let outputs: Int
  let modes: Int
  let scratchCount: Int
  private let map: SpectralMap
  private let activation: Activation
  private let hasSkip: Bool
  private let hasBias: Bool
  private let linePoints: Int
  /// Points of a line worked on at a time: a tile of all arrays involved stays in the first-level cache.
  private let tile: Int

  init(
    _ shape: FieldShape, _ map: SpectralMap, weight: Parameter, skip: Parameter?, bias: Parameter?,
    activation: Activation
  ) {
    precondition(
      weight.shape.count == 4 && weight.shape[1] == 2, "\(weight.name): shape [modes, 2, Cin, Cout]")
    precondition(map.transform.grid == shape.grid, "the transform is for the grid \(map.transform.grid)")
    precondition(map.weightBlocks.allSatisfy { $0 < weight.shape[0] }, "\(weight.name) has too few modes")
    batch = shape.batch
    inputs = weight.shape[2]
    outputs = weight.shape[3]
    precondition(inputs == shape.channels, "\(weight.name) does not fit \(shape)")
    precondition(skip.map { $0.shape == [weight.shape[2], weight.shape[3]] } ?? true)
    precondition(bias.map { $0.count == weight.shape[3] } ?? true)
    modes = map.transform.modeCount
    scratchCount = max(
      map.transform.scratchCount(channels: inputs), map.transform.scratchCount(channels: outputs))
    self.map = map
    self.activation = activation
    hasSkip = skip != nil
    hasBias = bias != nil
    linePoints = shape.grid[shape.grid.count - 1]
    let pieces = max(1, (linePoints + 127) / 128)
    tile = (linePoints + pieces - 1) / pieces
  }

  private var biasIndex: Int { hasSkip ? 2 : 1 }

  private func forEachTile(_ body: (Range<Int>) -> Void) {
    var start = 0
    while start < linePoints {
      let end = min(start + tile, linePoints)
      body(start..<end)
      start = end
    }
  }

  /// Y_k = X_k·R_k for all samples of the lane, one mode after the other so that each weight is read once.
  private func mix(_ k: Kernels, _ x: Slice, _ weight: Slice, _ y: Slice) {
    let block = 2 * inputs * outputs
    for mode in 0..<modes {
      k.complexRows(
        count: batch, inputs: inputs, outputs: outputs, x: x.dropping(mode * 2 * inputs),
        xStride: modes * 2 * inputs, w: weight.dropping(map.weightBlocks[mode] * block, length: block),
        y: y.dropping(mode * 2 * outputs), yStride: modes * 2 * outputs, conjugate: false)
    }
  }

  func forward(_ c: OperationContext) {
    let k = c.kernels
    let transform = map.transform
    let points = transform.lines * linePoints
    let (x, xModes, yModes) = (c.input(0), c.residual(0), c.scratch(0))
    for sample in 0..<batch {
      transform.toModes(
        k, .analysis, x.dropping(sample * points * inputs, length: points * inputs), channels: inputs,
        scratch: (c.scratch(1), c.scratch(2)), into: xModes.dropping(sample * modes * 2 * inputs))
    }
    mix(k, xModes, c.parameter(0), yModes)
    let width = transform.lineModeCount(channels: outputs)
    for sample in 0..<batch {
      transform.crossFromModes(
        k, modes: yModes.dropping(sample * modes * 2 * outputs), channels: outputs, scratch: c.scratch(2),
        into: c.scratch(1))
      for line in 0..<transform.lines {
        let first = (sample * transform.lines + line) * linePoints
        let lineModes = c.scratch(1).dropping(line * width, length: width)
        forEachTile { range in
          let row = first + range.lowerBound
          let h = c.output.dropping(row * outputs, length: range.count * outputs)
          let z =
            activation == .identity ? h : c.residual(1).dropping(row * outputs, length: range.count * outputs)
          transform.lineFromModes(
            k, .synthesis, lineModes, points: range, channels: outputs, into: z,
            hasBias ? .row(c.parameter(biasIndex)) : .zero)
          if hasSkip {
            k.multiply(
              .init(x.dropping(row * inputs), rows: range.count, columns: inputs),
              .init(c.parameter(1), rows: inputs, columns: outputs),
              into: .init(z, rows: range.count, columns: outputs), .accumulate)
          }
          if activation != .identity { k.activate(activation, z, into: h) }
        }
      }
    }
  }

  func backward(_ c: OperationContext) {
    let dyModes = c.scratch(0)
    pullBackToModes(c, into: dyModes)
    let k = c.kernels
    let weight = c.parameter(0)
    let dw = c.parameterGradient(0)
    let block = 2 * inputs * outputs
    let dx = c.inputGradient(0)
    if dw.accumulates == false && modes < dw.slice.count / block { k.clear(dw.slice) }
    let (transposed, dxModes) = (c.scratch(3), c.scratch(4))
    for mode in 0..<modes {
      let index = map.weightBlocks[mode]
      let dy = dyModes.dropping(mode * 2 * outputs)
      k.complexOuter(
        count: batch, inputs: inputs, outputs: outputs, x: c.residual(0).dropping(mode * 2 * inputs),
        xStride: modes * 2 * inputs, g: dy, gStride: modes * 2 * outputs,
        dw: dw.slice.dropping(index * block, length: block), accumulate: dw.accumulates)
      guard dx != nil else { continue }
      let half = inputs * outputs
      for part in 0..<2 {
        k.transpose(
          rows: inputs, columns: outputs, weight.dropping(index * block + part * half, length: half),
          into: transposed.dropping(part * half))
      }
      k.complexRows(
        count: batch, inputs: outputs, outputs: inputs, x: dy, xStride: modes * 2 * outputs, w: transposed,
        y: dxModes.dropping(mode * 2 * inputs), yStride: modes * 2 * inputs, conjugate: true)
    }
    if let dx { pullBackToInput(c, dx, dxModes) }
  }

  /// dz = dh·f′(z) in place, the gradients of W and b, and dz's modes.
  private func pullBackToModes(_ c: OperationContext, into dyModes: Slice) {
    let k = c.kernels
    let transform = map.transform
    let width = transform.lineModeCount(channels: outputs)
    let skipTarget = hasSkip ? c.parameterGradient(1) : nil
    let biasTarget = hasBias ? c.parameterGradient(biasIndex) : nil
    var isFirst = true
    for sample in 0..<batch {
      for line in 0..<transform.lines {
        let first = (sample * transform.lines + line) * linePoints
        let lineModes = c.scratch(1).dropping(line * width, length: width)
        forEachTile { range in
          let row = first + range.lowerBound
          let dz = c.outputGradient.dropping(row * outputs, length: range.count * outputs)
          if activation != .identity {
            let z = c.residual(1).dropping(row * outputs, length: range.count * outputs)
            k.activateBackward(activation, z: z, dh: dz, into: dz)
          }
          if let skipTarget {
            k.multiply(
              Kernels.Matrix(c.input(0).dropping(row * inputs), rows: range.count, columns: inputs)
                .transposed,
              .init(dz, rows: range.count, columns: outputs),
              into: .init(skipTarget.slice, rows: inputs, columns: outputs),
              skipTarget.accumulates || !isFirst ? .accumulate : .zero)
          }
          if let biasTarget {
            k.columnSums(
              rows: range.count, channels: outputs, dz, into: biasTarget.slice,
              accumulate: biasTarget.accumulates || !isFirst)
          }
          transform.lineToModes(
            k, .synthesisAdjoint, dz, points: range, channels: outputs, into: lineModes,
            accumulate: range.lowerBound > 0)
          isFirst = false
        }
      }
      transform.crossToModes(
        k, lineModes: c.scratch(1), channels: outputs, scratch: c.scratch(2),
        into: dyModes.dropping(sample * modes * 2 * outputs))
    }
  }

  /// dx = F^T dX + dz·Wᵀ
  private func pullBackToInput(_ c: OperationContext, _ dx: OperationContext.Target, _ dxModes: Slice) {
    let k = c.kernels
    let transform = map.transform
    let width = transform.lineModeCount(channels: inputs)
    if hasSkip { k.transpose(rows: inputs, columns: outputs, c.parameter(1), into: c.scratch(3)) }
    for sample in 0..<batch {
      transform.crossFromModes(
        k, modes: dxModes.dropping(sample * modes * 2 * inputs), channels: inputs, scratch: c.scratch(2),
        into: c.scratch(1))
      for line in 0..<transform.lines {
        let first = (sample * transform.lines + line) * linePoints
        let lineModes = c.scratch(1).dropping(line * width, length: width)
        forEachTile { range in
          let row = first + range.lowerBound
          let target = dx.slice.dropping(row * inputs, length: range.count * inputs)
          transform.lineFromModes(
            k, .analysisAdjoint, lineModes, points: range, channels: inputs, into: target,
            dx.accumulates ? .accumulate : .zero)
          guard hasSkip else { return }
          k.multiply(
            .init(c.outputGradient.dropping(row * outputs), rows: range.count, columns: outputs),
            .init(c.scratch(3), rows: outputs, columns: inputs),
            into: .init(target, rows: range.count, columns: inputs), .accumulate)
        }
      }
    }
  }
}
