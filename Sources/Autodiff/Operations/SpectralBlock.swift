import Tensors

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
      residuals: mixing.stages.map { mixing.count(channels: $0.inputs) },
      saved: keepsPreactivation ? [shape.rows * block.outputs] : [],
      forwardScratch: [mixing.count(channels: block.outputs), block.scratchCount, block.scratchCount],
      backwardScratch: [
        mixing.largestCount, block.scratchCount, block.scratchCount,
        max(mixing.scratchCount, block.inputs * block.outputs), mixing.largestCount, 2 * block.outputs,
      ],
      flops: block.flops,
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
  }

  private var skipIndex: Int { mixing.stages.count }
  private var biasIndex: Int { mixing.stages.count + (hasSkip ? 1 : 0) }
  /// Elements of one sample's modes of `channels` channels.
  private func modeCount(_ channels: Int) -> Int { map.transform.modeCount * 2 * channels }

  /// Two transforms, the mixing and the pointwise map; backward each of them transposed, and the products that give
  /// the weights' gradients.
  var flops: Graph.Flops {
    let samples = Double(batch)
    let transforms =
      samples * (map.transform.flops(channels: inputs) + map.synthesis.flops(channels: outputs))
    let mixing = mixing.flops
    let rows = samples * Double(map.transform.lines * linePoints)
    let skip = hasSkip ? 2 * rows * Double(inputs * outputs) : 0
    let pointwise = rows * Double(outputs)
    return Graph.Flops(
      forward: transforms + mixing + skip + pointwise,
      backward: transforms + 2 * (mixing + skip) + 2 * pointwise)
  }

  func forward(_ c: OperationContext) {
    let k = c.kernels
    let transform = map.transform
    let points = transform.lines * linePoints
    let (x, h, xModes, yModes) = (c.input(0), c.output, c.residual(0), c.scratch(0))
    let synthesis = map.synthesis
    let (lineScratch, scratch) = (c.scratch(1), c.scratch(2))
    for sample in 0..<batch {
      transform.toModes(
        k, .analysis, x.dropping(sample * points * inputs, length: points * inputs), channels: inputs,
        scratch: (lineScratch, scratch), into: xModes.dropping(sample * modeCount(inputs)))
    }
    for (index, stage) in mixing.stages.enumerated() {
      let result = index + 1 < mixing.stages.count ? c.residual(index + 1) : yModes
      mixing.forward(k, stage, c.residual(index), c.parameter(index), result)
    }
    // Without a backward pass to come, the activation is applied in place.
    let z = activation == .identity ? h : c.saved(0) ?? h
    let width = synthesis.lineModeCount(channels: outputs)
    let start: Kernels.Start = hasBias ? .row(c.parameter(biasIndex)) : .zero
    let skip = hasSkip ? Kernels.Matrix(c.parameter(skipIndex), rows: inputs, columns: outputs) : nil
    for sample in 0..<batch {
      synthesis.crossFromModes(
        k, .synthesis, modes: yModes.dropping(sample * modeCount(outputs)), channels: outputs,
        scratch: scratch,
        into: lineScratch)
      for lines in synthesis.lineGroups {
        let first = (sample * synthesis.lines + lines.lowerBound) * linePoints
        for tile in synthesis.tiles {
          for line in lines {
            synthesis.lineFromModes(
              k, .synthesis, lineScratch.dropping(line * width, length: width), tile, channels: outputs,
              scratch: scratch,
              into: z.dropping(
                (sample * synthesis.lines + line) * linePoints * outputs, length: linePoints * outputs),
              start)
          }
          for run in tile.runs(in: lines) {
            let row = first + run.lowerBound
            let part = z.dropping(row * outputs, length: run.count * outputs)
            if let skip {
              k.multiply(
                .init(x.dropping(row * inputs), rows: run.count, columns: inputs), skip,
                into: .init(part, rows: run.count, columns: outputs), .accumulate, ahead: .left)
            }
            if activation != .identity { k.activate(activation, part, into: h.dropping(row * outputs)) }
          }
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
        c.kernels, stage, x: c.residual(index), weight: c.parameter(index), dy: dy,
        dw: c.parameterGradient(index),
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
    let (x, dy, lineScratch, scratch) = (
      hasSkip ? c.input(0) : nil, c.outputGradient, c.scratch(1), c.scratch(2)
    )
    let z = activation == .identity ? nil : c.saved(0)
    let skipTarget = hasSkip ? c.parameterGradient(skipIndex) : nil
    // Terms of the bias's gradient may cancel to a small part of theirs.
    let (sums, errors) = (c.scratch(5).dropping(0, length: outputs), c.scratch(5).dropping(outputs))
    k.clear(c.scratch(5))
    var isFirst = true
    for sample in 0..<batch {
      for lines in transform.lineGroups {
        let first = (sample * transform.lines + lines.lowerBound) * linePoints
        for tile in transform.tiles {
          for run in tile.runs(in: lines) {
            let row = first + run.lowerBound
            let dz = dy.dropping(row * outputs, length: run.count * outputs)
            if let z {
              k.activateBackward(
                activation, z: z.dropping(row * outputs, length: run.count * outputs), dh: dz, into: dz)
            }
            if let skipTarget, let x {
              k.multiply(
                Kernels.Matrix(x.dropping(row * inputs), rows: run.count, columns: inputs).transposed,
                .init(dz, rows: run.count, columns: outputs),
                into: .init(skipTarget.slice, rows: inputs, columns: outputs),
                skipTarget.accumulates || !isFirst ? .accumulate : .zero,
                ahead: z == nil ? [.left, .right] : .left)
            }
            if hasBias {
              k.columnSums(rows: run.count, channels: outputs, dz, addingTo: sums, error: errors)
            }
            isFirst = false
          }
          for line in lines {
            transform.lineToModes(
              k, .synthesisAdjoint,
              dy.dropping(
                (sample * transform.lines + line) * linePoints * outputs, length: linePoints * outputs),
              tile, channels: outputs, scratch: scratch,
              into: lineScratch.dropping(line * width, length: width))
          }
        }
      }
      transform.crossToModes(
        k, .synthesisAdjoint, lineModes: lineScratch, channels: outputs, scratch: scratch,
        into: dyModes.dropping(sample * modeCount(outputs)))
    }
    guard hasBias else { return }
    let target = c.parameterGradient(biasIndex)
    k.scale(1, sums, into: target.slice, accumulate: target.accumulates)
    k.scale(1, errors, into: target.slice, accumulate: true)
  }

  /// dx = F^T dX + dz·Wᵀ
  private func pullBackToInput(_ c: OperationContext, _ dx: OperationContext.Target, _ dxModes: Slice) {
    let k = c.kernels
    let transform = map.transform
    let width = transform.lineModeCount(channels: inputs)
    let (dz, lineScratch, scratch, transposed) = (c.outputGradient, c.scratch(1), c.scratch(2), c.scratch(3))
    if hasSkip { k.transpose(rows: inputs, columns: outputs, c.parameter(skipIndex), into: transposed) }
    for sample in 0..<batch {
      transform.crossFromModes(
        k, .analysisAdjoint, modes: dxModes.dropping(sample * modeCount(inputs)), channels: inputs,
        scratch: scratch,
        into: lineScratch)
      for lines in transform.lineGroups {
        let first = (sample * transform.lines + lines.lowerBound) * linePoints
        for tile in transform.tiles {
          for line in lines {
            transform.lineFromModes(
              k, .analysisAdjoint, lineScratch.dropping(line * width, length: width), tile, channels: inputs,
              scratch: scratch,
              into: dx.slice.dropping(
                (sample * transform.lines + line) * linePoints * inputs, length: linePoints * inputs),
              dx.accumulates ? .accumulate : .zero)
          }
          guard hasSkip else { continue }
          for run in tile.runs(in: lines) {
            let row = first + run.lowerBound
            k.multiply(
              .init(dz.dropping(row * outputs), rows: run.count, columns: outputs),
              .init(transposed, rows: outputs, columns: inputs),
              into: .init(dx.slice.dropping(row * inputs), rows: run.count, columns: inputs),
              .accumulate, ahead: .left)
          }
        }
      }
    }
  }
}
