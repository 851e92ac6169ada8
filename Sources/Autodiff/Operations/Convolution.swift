import Tensors

extension Variable {
  /// y = f( x ∗ w (+ b) ): a convolution in one, two or three dimensions, in the sense of neural networks (the kernel is
  /// not turned around):
  ///
  ///     y[o, c] = f( b_c + Σ_k Σ_i w[k, i, c] · x[o·stride − before + k, g(c) + i] )
  ///
  /// - Parameters:
  ///   - weight: `[kernel…, Cin/groups, Cout]`, or what `taps` makes such a one of.
  ///   - bias: `[Cout]`.
  ///   - taps: how the window's taps follow from the weight; nil where they are the weight.
  ///   - groups: input and output channels fall into so many parts that do not mix; as many groups as channels is a
  ///     depthwise convolution.
  public func convolved(
    weight: Parameter, bias: Parameter? = nil, window: ConvolutionWindow, taps: KernelTaps? = nil,
    groups: Int = 1,
    activation: Activation = .identity
  ) -> Variable {
    let outputs = weight.shape.last ?? 1
    precondition(
      weight.fits(window, taps, channels: [shape.channels / groups, outputs]),
      "\(weight.name) does not fit \(shape)")
    let plan = ConvolutionPlan(
      grid: shape.grid, inputs: shape.channels, outputs: outputs, groups: groups, window: window)
    let output = shape.with(grid: window.outputGrid(of: shape.grid)).with(channels: outputs)
    return ConvolutionOperation(
      plan: plan, taps: taps, isTransposed: false, batch: shape.batch, hasBias: bias != nil,
      activation: activation
    ).record("convolution", self, output, [weight] + (bias.map { [$0] } ?? []))
  }

  /// The adjoint of ``convolved(weight:bias:window:taps:groups:activation:)`` in x: it spreads every point over the points
  /// that the window would have read, which raises the resolution by the stride.
  ///
  /// - Parameters:
  ///   - weight: `[kernel…, Cout/groups, Cin]`, the weight of the convolution it is the adjoint of, or what `taps` makes
  ///     such a one of.
  ///   - window: of that convolution, which leads from `outputGrid` to this grid. Boundaries may be zero or periodic; a
  ///     periodic axis needs outputGrid = stride · grid.
  ///   - outputGrid: several grids have this one as result when stride > 1.
  public func transposedConvolved(
    weight: Parameter, bias: Parameter? = nil, window: ConvolutionWindow, outputGrid: [Int],
    taps: KernelTaps? = nil, groups: Int = 1, activation: Activation = .identity
  ) -> Variable {
    precondition(window.outputGrid(of: outputGrid) == shape.grid, "the window does not lead to \(shape)")
    let outputs = weight.shape[weight.shape.count - 2] * groups
    precondition(
      weight.fits(window, taps, channels: [outputs / groups, shape.channels]),
      "\(weight.name) does not fit \(shape)")
    let plan = ConvolutionPlan(
      grid: outputGrid, inputs: outputs, outputs: shape.channels, groups: groups, window: window)
    precondition(plan.gathersAdjoint, "no transposed convolution with these boundaries")
    return ConvolutionOperation(
      plan: plan, taps: taps, isTransposed: true, batch: shape.batch, hasBias: bias != nil,
      activation: activation
    ).record(
      "transposedConvolution", self, shape.with(grid: outputGrid).with(channels: outputs),
      [weight] + (bias.map { [$0] } ?? []))
  }
}

extension Parameter {
  /// Whether this is the weight of a convolution with these taps and channels.
  fileprivate func fits(_ window: ConvolutionWindow, _ taps: KernelTaps?, channels: [Int]) -> Bool {
    guard let taps else { return shape == window.kernel + channels }
    return taps.count == window.kernel.reduce(1, *) && Array(shape.suffix(2)) == channels
      && shape.dropLast(2).reduce(1, *) == taps.stored
  }
}

/// The two directions of a convolution or of its transposed.
private struct ConvolutionOperation: Sendable {
  let plan: ConvolutionPlan
  let taps: KernelTaps?
  let isTransposed: Bool
  let batch: Int
  let hasBias: Bool
  let activation: Activation
  private let forwardTables: ConvolutionPlan.ForwardTables
  private let adjointTables: ConvolutionPlan.AdjointTables
  private let weightTables: ConvolutionPlan.WeightTables
  /// Where Winograd's algorithm is used.
  private let winograd: ConvolutionPlan.Winograd?

  init(
    plan: ConvolutionPlan, taps: KernelTaps?, isTransposed: Bool, batch: Int, hasBias: Bool,
    activation: Activation
  ) {
    self.plan = plan
    self.taps = taps
    self.isTransposed = isTransposed
    self.batch = batch
    self.hasBias = hasBias
    self.activation = activation
    forwardTables = plan.forwardTables
    adjointTables = plan.adjointTables
    weightTables = plan.weightTables
    winograd = plan.winograd
  }

  func record(_ name: String, _ x: Variable, _ output: FieldShape, _ parameters: [Parameter]) -> Variable {
    let derived = taps == nil ? 0 : weightCount
    func scratch(_ map: WinogradMap?, packed: Int, box: Int, folded: Int) -> [Int] {
      guard let map else { return [packed, box, folded, derived, 0, 0, 0] }
      return [
        map.packedCount, map.boxCount, folded, derived, map.pointCount, map.productCount, map.weightCount,
      ]
    }
    let forwardScratch = scratch(
      winograd?.forward, packed: plan.packedForwardCount, box: plan.forwardBoxCount, folded: 0)
    let adjointScratch = scratch(
      winograd?.adjoint, packed: plan.packedAdjointCount, box: plan.adjointBoxCount, folded: plan.foldedCount)
    let gradientScratch =
      winograd.map {
        [
          $0.forward.packedGradientCount, $0.forward.boxCount, derived, $0.forward.pointCount,
          $0.forward.productCount, $0.forward.weightCount,
        ]
      } ?? [plan.packedGradientCount, plan.weightBoxCount, derived, 0, 0, 0]
    return x.graph.record(
      name, inputs: [x], output: output, parameters: parameters, keepsInputs: [0],
      residuals: activation == .identity ? [] : [output.count],
      forwardScratch: isTransposed ? adjointScratch : forwardScratch,
      backwardScratch: (isTransposed ? forwardScratch : adjointScratch) + gradientScratch,
      flops: .product(Double(batch) * plan.operations / 2),
      forward: forward, backward: backward)
  }

  /// Elements of the taps of all pairs of channels, and of one tap.
  private var weightCount: Int { plan.taps * tapCount }
  private var tapCount: Int { plan.groupInputs * plan.outputs }

  /// The window's taps.
  private func weights(_ c: OperationContext) -> Slice {
    guard let taps else { return c.parameter(0) }
    c.kernels.multiply(taps.matrix, c.parameter(0), width: tapCount, into: c.scratch(3))
    return c.scratch(3)
  }

  private func forward(_ c: OperationContext) {
    let z = activation == .identity ? c.output : c.residual(0)
    apply(
      c, c.input(0), isTransposed, hasBias ? .row(c.parameter(1)) : .zero, into: z,
      activated: activation == .identity ? nil : c.output)
  }

  private func backward(_ c: OperationContext) {
    let dz = c.outputGradient
    if activation != .identity {
      c.kernels.activateBackward(activation, z: c.residual(0), dh: dz, into: dz)
    }
    if hasBias {
      let channels = isTransposed ? plan.inputs : plan.outputs
      let db = c.parameterGradient(1)
      c.kernels.columnSums(
        rows: dz.count / channels, channels: channels, dz, into: db.slice, accumulate: db.accumulates)
    }
    let dw = c.parameterGradient(0)
    let dTaps = taps == nil ? dw.slice : c.scratch(9)
    if taps != nil || !dw.accumulates { c.kernels.clear(dTaps) }
    let (fine, coarse) = isTransposed ? (dz, c.input(0)) : (c.input(0), dz)
    if winograd != nil { c.kernels.clear(c.scratch(12)) }
    for sample in 0..<batch {
      let x = fine.dropping(sample * plan.fineCount, length: plan.fineCount)
      let g = coarse.dropping(sample * plan.coarseCount, length: plan.coarseCount)
      if let map = winograd?.forward {
        map.addGradient(
          c.kernels, x, g, .init(box: c.scratch(8), points: c.scratch(10), products: c.scratch(11)),
          packed: c.scratch(7), to: c.scratch(12))
      } else {
        plan.addWeightGradient(
          c.kernels, x, g, box: c.scratch(8), packed: c.scratch(7), to: dTaps, tables: weightTables)
      }
    }
    if winograd != nil {
      c.kernels.winogradWeightsAdjoint(count: tapCount, c.scratch(12), addingTo: dTaps)
    }
    if let taps {
      c.kernels.multiply(
        taps.transposed, dTaps, width: tapCount, into: dw.slice, accumulate: dw.accumulates)
    }
    guard let dx = c.inputGradient(0) else { return }
    apply(c, dz, !isTransposed, dx.accumulates ? .accumulate : .zero, into: dx.slice, activated: nil)
  }

  /// The convolution, or its adjoint, of all samples.
  private func apply(
    _ c: OperationContext, _ x: Slice, _ adjoint: Bool, _ start: Kernels.Start, into y: Slice,
    activated h: Slice?
  ) {
    let (weights, packed) = (weights(c), c.scratch(0))
    let map = adjoint ? winograd?.adjoint : winograd?.forward
    let scratch = WinogradMap.Scratch(box: c.scratch(1), points: c.scratch(4), products: c.scratch(5))
    if let map {
      map.pack(c.kernels, weights, isAdjoint: adjoint, transformed: c.scratch(6), into: packed)
    } else if adjoint {
      plan.packAdjoint(c.kernels, weights, into: packed)
    } else {
      plan.packForward(c.kernels, weights, into: packed)
    }
    let (from, to) =
      adjoint ? (plan.coarseCount, plan.fineCount) : (plan.fineCount, plan.coarseCount)
    for sample in 0..<batch {
      let source = x.dropping(sample * from, length: from)
      let target = y.dropping(sample * to, length: to)
      let epilogue = h.map {
        ConvolutionPlan.Epilogue(
          kernels: c.kernels, activation: activation, result: target, activated: $0.dropping(sample * to))
      }
      if let map {
        let isFolded = adjoint && !plan.gathersAdjoint
        map.apply(
          c.kernels, source, packed: packed, start: isFolded ? .zero : start, scratch,
          into: isFolded ? c.scratch(2) : target, epilogue: isFolded ? nil : epilogue)
        if isFolded { plan.fold(c.kernels, c.scratch(2), start: start, into: target) }
      } else if adjoint {
        plan.adjoint(
          c.kernels, source, packed: packed, start: start, box: c.scratch(1), folded: c.scratch(2),
          into: target, tables: adjointTables, epilogue: epilogue)
      } else {
        plan.value(
          c.kernels, source, weights: weights, packed: packed, start: start, box: c.scratch(1), into: target,
          tables: forwardTables, epilogue: epilogue)
      }
    }
  }
}
