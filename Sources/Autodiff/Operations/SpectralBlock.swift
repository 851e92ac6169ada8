import Tensors

/// A Fourier layer's fixed part: which modes of which grid meet which blocks of a weight.
public struct SpectralMap: Sendable {
  /// From the grid to the kept modes.
  public let transform: TruncatedTransform
  /// From modes back to the grid; the same frequencies unless a map is to move them.
  public let synthesis: TruncatedTransform
  /// Block of the weight for each kept mode; identity unless the grid holds fewer modes than the weight.
  public let weightBlocks: [Int]

  public init(transform: TruncatedTransform, synthesis: TruncatedTransform? = nil, weightBlocks: [Int]? = nil) {
    self.transform = transform
    self.synthesis = synthesis ?? transform
    precondition(self.synthesis.grid == transform.grid && self.synthesis.modeCount == transform.modeCount)
    self.weightBlocks = weightBlocks ?? Array(0..<transform.modeCount)
    precondition(self.weightBlocks.count == transform.modeCount)
  }
}

extension Variable {
  /// One Fourier layer as a single operation:
  ///
  ///     h = f( F*(R · F x) + x·W + b )
  ///
  /// with F the truncated transform, R a complex map of channels per mode, and any of W and b absent. The inverse transform's
  /// last axis, the pointwise map, the bias and the activation are done line by line while the line is in cache.
  /// Equal to the composition of its parts, which the tests check.
  ///
  /// - Parameters:
  ///   - weight: R; see ``SpectralWeight``.
  ///   - skip: W, `[Cin, Cout]`.
  ///   - bias: b, `[Cout]`.
  /// - References: Z. Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, eq. (2) and (4).
  public func spectralBlock(
    _ map: SpectralMap, weight: SpectralWeight, skip: Parameter? = nil, bias: Parameter? = nil,
    activation: Activation
  ) -> Variable {
    let block = SpectralBlock(self.shape, map, weight: weight, skip: skip, bias: bias, activation: activation)
    let mixing = block.mixing
    let keepsPreactivation = activation != .identity
    return graph.record(
      "spectralBlock", inputs: [self], output: shape.with(channels: block.outputs),
      parameters: weight.parameters + [skip, bias].compactMap { $0 }, keepsInputs: skip == nil ? [] : [0],
      residuals: mixing.stages.map { mixing.count(channels: $0.inputs) }
        + (keepsPreactivation ? [shape.rows * block.outputs] : []),
      forwardScratch: [mixing.count(channels: block.outputs), block.scratchCount, block.scratchCount],
      backwardScratch: [
        mixing.largestCount, block.scratchCount, block.scratchCount,
        max(mixing.scratchCount, block.inputs * block.outputs), mixing.largestCount,
      ],
      forward: block.forward, backward: block.backward)
  }

  /// The layer with a dense weight, `[modes, 2, Cin, Cout]`.
  public func spectralBlock(
    _ map: SpectralMap, weight: Parameter, skip: Parameter? = nil, bias: Parameter? = nil,
    activation: Activation
  ) -> Variable {
    spectralBlock(map, weight: SpectralWeight(core: weight), skip: skip, bias: bias, activation: activation)
  }
}

/// The two directions of ``Variable/spectralBlock(_:weight:skip:bias:activation:)``.
private struct SpectralBlock: Sendable {
  let batch: Int
  let inputs: Int
  let outputs: Int
  let scratchCount: Int
  let mixing: SpectralMixing
  private let map: SpectralMap
  private let activation: Activation
  private let hasSkip: Bool
  private let hasBias: Bool
  private let linePoints: Int
  /// Points of a line worked on at a time: a tile of all arrays involved stays in the first-level cache.
  private let tile: Int

  init(
    _ shape: FieldShape, _ map: SpectralMap, weight: SpectralWeight, skip: Parameter?, bias: Parameter?,
    activation: Activation
  ) {
    precondition(map.transform.grid == shape.grid, "the transform is for the grid \(map.transform.grid)")
    batch = shape.batch
    inputs = weight.inputs
    outputs = weight.outputs
    precondition(inputs == shape.channels, "\(weight.core.name) does not fit \(shape)")
    precondition(skip.map { $0.shape == [weight.inputs, weight.outputs] } ?? true)
    precondition(bias.map { $0.count == weight.outputs } ?? true)
    mixing = SpectralMixing(weight, map, batch: shape.batch)
    scratchCount = max(
      map.transform.scratchCount(channels: inputs), map.synthesis.scratchCount(channels: outputs))
    self.map = map
    self.activation = activation
    hasSkip = skip != nil
    hasBias = bias != nil
    linePoints = shape.grid[shape.grid.count - 1]
    let pieces = max(1, (linePoints + 127) / 128)
    tile = (linePoints + pieces - 1) / pieces
  }

  private var skipIndex: Int { mixing.stages.count }
  private var biasIndex: Int { mixing.stages.count + (hasSkip ? 1 : 0) }
  /// Elements of one sample's modes of `channels` channels.
  private func modeCount(_ channels: Int) -> Int { map.transform.modeCount * 2 * channels }
  private func preactivation(_ c: OperationContext) -> Slice { c.residual(mixing.stages.count) }

  private func forEachTile(_ body: (Range<Int>) -> Void) {
    var start = 0
    while start < linePoints {
      let end = min(start + tile, linePoints)
      body(start..<end)
      start = end
    }
  }

  func forward(_ c: OperationContext) {
    let k = c.kernels
    let transform = map.transform
    let points = transform.lines * linePoints
    let (x, yModes) = (c.input(0), c.scratch(0))
    for sample in 0..<batch {
      transform.toModes(
        k, .analysis, x.dropping(sample * points * inputs, length: points * inputs), channels: inputs,
        scratch: (c.scratch(1), c.scratch(2)), into: c.residual(0).dropping(sample * modeCount(inputs)))
    }
    for (index, stage) in mixing.stages.enumerated() {
      let result = index + 1 < mixing.stages.count ? c.residual(index + 1) : yModes
      mixing.forward(k, stage, c.residual(index), c.parameter(index), result)
    }
    let synthesis = map.synthesis
    let width = synthesis.lineModeCount(channels: outputs)
    for sample in 0..<batch {
      synthesis.crossFromModes(
        k, modes: yModes.dropping(sample * modeCount(outputs)), channels: outputs, scratch: c.scratch(2),
        into: c.scratch(1))
      for line in 0..<transform.lines {
        let first = (sample * transform.lines + line) * linePoints
        let lineModes = c.scratch(1).dropping(line * width, length: width)
        forEachTile { range in
          let row = first + range.lowerBound
          let h = c.output.dropping(row * outputs, length: range.count * outputs)
          let z =
            activation == .identity ? h : preactivation(c).dropping(row * outputs, length: range.count * outputs)
          synthesis.lineFromModes(
            k, .synthesis, lineModes, points: range, channels: outputs, into: z,
            hasBias ? .row(c.parameter(biasIndex)) : .zero)
          if hasSkip {
            k.multiply(
              .init(x.dropping(row * inputs), rows: range.count, columns: inputs),
              .init(c.parameter(skipIndex), rows: inputs, columns: outputs),
              into: .init(z, rows: range.count, columns: outputs), .accumulate)
          }
          if activation != .identity { k.activate(activation, z, into: h) }
        }
      }
    }
  }

  func backward(_ c: OperationContext) {
    var (dy, free) = (c.scratch(0), c.scratch(4))
    pullBackToModes(c, into: dy)
    let dx = c.inputGradient(0)
    for (index, stage) in mixing.stages.enumerated().reversed() {
      let wantsInput = index > 0 || dx != nil
      mixing.backward(
        c.kernels, stage, x: c.residual(index), weight: c.parameter(index), dy: dy, dw: c.parameterGradient(index),
        dx: wantsInput ? free : nil, scratch: c.scratch(3))
      swap(&dy, &free)
    }
    if let dx { pullBackToInput(c, dx, dy) }
  }

  /// dz = dh·f′(z) in place, the gradients of W and b, and dz's modes.
  private func pullBackToModes(_ c: OperationContext, into dyModes: Slice) {
    let k = c.kernels
    let transform = map.synthesis
    let width = transform.lineModeCount(channels: outputs)
    let skipTarget = hasSkip ? c.parameterGradient(skipIndex) : nil
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
            let z = preactivation(c).dropping(row * outputs, length: range.count * outputs)
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
        into: dyModes.dropping(sample * modeCount(outputs)))
    }
  }

  /// dx = F^T dX + dz·Wᵀ
  private func pullBackToInput(_ c: OperationContext, _ dx: OperationContext.Target, _ dxModes: Slice) {
    let k = c.kernels
    let transform = map.transform
    let width = transform.lineModeCount(channels: inputs)
    if hasSkip { k.transpose(rows: inputs, columns: outputs, c.parameter(skipIndex), into: c.scratch(3)) }
    for sample in 0..<batch {
      transform.crossFromModes(
        k, modes: dxModes.dropping(sample * modeCount(inputs)), channels: inputs, scratch: c.scratch(2),
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
