import Tensors

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
      residuals: [block.batch * block.modes * 2 * block.inputs],
      saved: keepsPreactivation ? [shape.rows * block.outputs] : [],
      forwardScratch: [
        block.batch * block.modes * 2 * block.outputs, block.scratchCount, block.scratchCount,
      ],
      backwardScratch: [
        block.batch * block.modes * 2 * block.outputs, block.scratchCount, block.scratchCount,
        2 * block.inputs * block.outputs, block.batch * block.modes * 2 * block.inputs,
      ],
      flops: block.flops,
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
  }

  private var biasIndex: Int { hasSkip ? 2 : 1 }

  /// Two transforms, the mixing and the pointwise map; backward each of them transposed, and the products that give
  /// the weights' gradients.
  var flops: Graph.Flops {
    let samples = Double(batch)
    let transforms =
      samples * (map.transform.flops(channels: inputs) + map.transform.flops(channels: outputs))
    let mixing = 8 * samples * Double(modes * inputs * outputs)
    let rows = samples * Double(map.transform.lines * linePoints)
    let skip = hasSkip ? 2 * rows * Double(inputs * outputs) : 0
    let pointwise = rows * Double(outputs)
    return Graph.Flops(
      forward: transforms + mixing + skip + pointwise,
      backward: transforms + 2 * (mixing + skip) + 2 * pointwise)
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
    let (x, h, xModes, yModes) = (c.input(0), c.output, c.residual(0), c.scratch(0))
    let (lineScratch, scratch) = (c.scratch(1), c.scratch(2))
    for sample in 0..<batch {
      transform.toModes(
        k, .analysis, x.dropping(sample * points * inputs, length: points * inputs), channels: inputs,
        scratch: (lineScratch, scratch), into: xModes.dropping(sample * modes * 2 * inputs))
    }
    mix(k, xModes, c.parameter(0), yModes)
    // Without a backward pass to come, the activation is applied in place.
    let z = activation == .identity ? h : c.saved(0) ?? h
    let width = transform.lineModeCount(channels: outputs)
    let start: Kernels.Start = hasBias ? .row(c.parameter(biasIndex)) : .zero
    let skip = hasSkip ? Kernels.Matrix(c.parameter(1), rows: inputs, columns: outputs) : nil
    for sample in 0..<batch {
      transform.crossFromModes(
        k, modes: yModes.dropping(sample * modes * 2 * outputs), channels: outputs, scratch: scratch,
        into: lineScratch)
      for line in 0..<transform.lines {
        let first = (sample * transform.lines + line) * linePoints
        let lineModes = lineScratch.dropping(line * width, length: width)
        let zLine = z.dropping(first * outputs, length: linePoints * outputs)
        for tile in transform.tiles {
          transform.lineFromModes(
            k, .synthesis, lineModes, tile, channels: outputs, scratch: scratch, into: zLine, start)
          for run in tile.runs {
            let part = zLine.dropping(run.lowerBound * outputs, length: run.count * outputs)
            if let skip {
              k.multiply(
                .init(x.dropping((first + run.lowerBound) * inputs), rows: run.count, columns: inputs), skip,
                into: .init(part, rows: run.count, columns: outputs), .accumulate)
            }
            if activation != .identity {
              k.activate(activation, part, into: h.dropping((first + run.lowerBound) * outputs))
            }
          }
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
    let (xModes, transposed, dxModes) = (c.residual(0), c.scratch(3), c.scratch(4))
    for mode in 0..<modes {
      let index = map.weightBlocks[mode]
      let dy = dyModes.dropping(mode * 2 * outputs)
      k.complexOuter(
        count: batch, inputs: inputs, outputs: outputs, x: xModes.dropping(mode * 2 * inputs),
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
    let (x, dy, lineScratch, scratch) = (
      hasSkip ? c.input(0) : nil, c.outputGradient, c.scratch(1), c.scratch(2)
    )
    let z = activation == .identity ? nil : c.saved(0)
    let skipTarget = hasSkip ? c.parameterGradient(1) : nil
    let biasTarget = hasBias ? c.parameterGradient(biasIndex) : nil
    var isFirst = true
    for sample in 0..<batch {
      for line in 0..<transform.lines {
        let first = (sample * transform.lines + line) * linePoints
        let dzLine = dy.dropping(first * outputs, length: linePoints * outputs)
        for tile in transform.tiles {
          for run in tile.runs {
            let dz = dzLine.dropping(run.lowerBound * outputs, length: run.count * outputs)
            let row = first + run.lowerBound
            if let z {
              k.activateBackward(
                activation, z: z.dropping(row * outputs, length: run.count * outputs), dh: dz, into: dz)
            }
            if let skipTarget, let x {
              k.multiply(
                Kernels.Matrix(x.dropping(row * inputs), rows: run.count, columns: inputs).transposed,
                .init(dz, rows: run.count, columns: outputs),
                into: .init(skipTarget.slice, rows: inputs, columns: outputs),
                skipTarget.accumulates || !isFirst ? .accumulate : .zero)
            }
            if let biasTarget {
              k.columnSums(
                rows: run.count, channels: outputs, dz, into: biasTarget.slice,
                accumulate: biasTarget.accumulates || !isFirst)
            }
            isFirst = false
          }
          transform.lineToModes(
            k, .synthesisAdjoint, dzLine, tile, channels: outputs, scratch: scratch,
            into: lineScratch.dropping(line * width, length: width))
        }
      }
      transform.crossToModes(
        k, lineModes: lineScratch, channels: outputs, scratch: scratch,
        into: dyModes.dropping(sample * modes * 2 * outputs))
    }
  }

  /// dx = F^T dX + dz·Wᵀ
  private func pullBackToInput(_ c: OperationContext, _ dx: OperationContext.Target, _ dxModes: Slice) {
    let k = c.kernels
    let transform = map.transform
    let width = transform.lineModeCount(channels: inputs)
    let (dz, lineScratch, scratch, transposed) = (c.outputGradient, c.scratch(1), c.scratch(2), c.scratch(3))
    if hasSkip { k.transpose(rows: inputs, columns: outputs, c.parameter(1), into: transposed) }
    for sample in 0..<batch {
      transform.crossFromModes(
        k, modes: dxModes.dropping(sample * modes * 2 * inputs), channels: inputs, scratch: scratch,
        into: lineScratch)
      for line in 0..<transform.lines {
        let first = (sample * transform.lines + line) * linePoints
        let target = dx.slice.dropping(first * inputs, length: linePoints * inputs)
        for tile in transform.tiles {
          transform.lineFromModes(
            k, .analysisAdjoint, lineScratch.dropping(line * width, length: width), tile, channels: inputs,
            scratch: scratch, into: target, dx.accumulates ? .accumulate : .zero)
          guard hasSkip else { continue }
          for run in tile.runs {
            k.multiply(
              .init(dz.dropping((first + run.lowerBound) * outputs), rows: run.count, columns: outputs),
              .init(transposed, rows: outputs, columns: inputs),
              into: .init(target.dropping(run.lowerBound * inputs), rows: run.count, columns: inputs),
              .accumulate)
          }
        }
      }
    }
  }
}
