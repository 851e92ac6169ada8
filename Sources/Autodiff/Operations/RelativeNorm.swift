import Tensors

/// A linear operator on fields that a norm looks through: the identity, a difference quotient, a weighted transform.
public protocol FieldOperator: Sendable {
  /// Elements of the result for one sample of `channels` channels.
  func resultCount(channels: Int) -> Int
  /// Elements of scratch that either direction needs.
  func scratchCount(channels: Int) -> Int
  /// y = L x for one sample.
  func apply(_ kernels: Kernels, _ x: Slice, channels: Int, scratch: Slice, into y: Slice)
  /// x += alpha·Lᵀ y for one sample; y may be overwritten.
  func addTransposed(
    _ kernels: Kernels, _ alpha: Double, _ y: Slice, channels: Int, scratch: Slice, into x: Slice)
}

/// L = identity.
public struct IdentityOperator: FieldOperator {
  private let points: Int
  public init(points: Int) { self.points = points }
  public func resultCount(channels: Int) -> Int { points * channels }
  public func scratchCount(channels: Int) -> Int { 0 }
  public func apply(_ kernels: Kernels, _ x: Slice, channels: Int, scratch: Slice, into y: Slice) {
    kernels.copy(x, into: y)
  }
  public func addTransposed(
    _ kernels: Kernels, _ alpha: Double, _ y: Slice, channels: Int, scratch: Slice, into x: Slice
  ) {
    kernels.scale(alpha, y, into: x, accumulate: true)
  }
}

extension Variable {
  /// Per sample, the relative error in the norm of a list of operators:
  ///
  ///     ( Σ_L ‖L(p − t)‖² )^½ / ( ( Σ_L ‖L t‖² )^½ + ε )
  ///
  /// The identity alone gives relative L2; with difference quotients it is relative H1. All channels count together,
  /// or each by itself and the ratios are added.
  ///
  /// - Parameters:
  ///   - target: t; receives no gradient.
  ///   - epsilon: ε, so that an all-zero target gives a finite number.
  ///   - perChannel: the sum over channels of ratios per channel, as neuraloperator's `LpLoss` and `H1Loss`.
  public func relativeNorm(
    to target: Variable, operators: [any FieldOperator], epsilon: Double, perChannel: Bool = false
  ) -> Variable {
    precondition(shape == target.shape, "prediction \(shape) and target \(target.shape) differ")
    let channels = perChannel ? 1 : shape.channels
    let counts = operators.map { $0.resultCount(channels: channels) }
    let norm = RelativeNorm(
      batch: shape.batch, points: shape.points, allChannels: shape.channels, perChannel: perChannel,
      operators: operators, epsilon: epsilon,
      isPlain: !perChannel && operators.count == 1 && operators[0] is IdentityOperator)
    let result = counts.max() ?? 0
    let scratch = operators.map { $0.scratchCount(channels: channels) }.max() ?? 0
    let groups = perChannel ? shape.channels : 1
    let field = shape.points * channels
    return graph.record(
      "relativeNorm", inputs: [self, target], output: FieldShape(batch: shape.batch, grid: [], channels: 1),
      keepsInputs: [0, 1], residuals: [shape.batch * groups * 2],
      forwardScratch: [field, result, max(1, scratch)],
      backwardScratch: [field, result, max(1, scratch), field],
      flops: .elementwise(4 * shape.count * operators.count),
      forward: norm.forward, backward: norm.backward)
  }

  /// Per sample, ‖p − t‖₁ / (‖t‖₁ + ε) over all channels and points.
  public func relativeL1(to target: Variable, epsilon: Double) -> Variable {
    precondition(shape == target.shape, "prediction \(shape) and target \(target.shape) differ")
    let (batch, count) = (shape.batch, shape.sampleCount)
    return graph.record(
      "relativeL1", inputs: [self, target], output: FieldShape(batch: batch, grid: [], channels: 1),
      keepsInputs: [0, 1], forwardScratch: [count], backwardScratch: [count],
      flops: .elementwise(3 * shape.count),
      forward: { c in
        for s in 0..<batch {
          let t = c.input(1).dropping(s * count, length: count)
          c.difference(s * count, count, into: c.scratch(0))
          c.output[s] = c.kernels.absoluteSum(c.scratch(0)) / (c.kernels.absoluteSum(t) + epsilon)
        }
      },
      backward: { c in
        guard let dp = c.inputGradient(0) else { return }
        for s in 0..<batch {
          let t = c.input(1).dropping(s * count, length: count)
          c.difference(s * count, count, into: c.scratch(0))
          c.kernels.sign(
            c.outputGradient[s] / (c.kernels.absoluteSum(t) + epsilon), c.scratch(0),
            into: dp.slice.dropping(s * count), accumulate: dp.accumulates)
        }
      })
  }

  /// Per sample, the mean over channels and points of (p − t)².
  public func meanSquaredError(to target: Variable) -> Variable {
    precondition(shape == target.shape, "prediction \(shape) and target \(target.shape) differ")
    let (batch, count) = (shape.batch, shape.sampleCount)
    return graph.record(
      "meanSquaredError", inputs: [self, target], output: FieldShape(batch: batch, grid: [], channels: 1),
      keepsInputs: [0, 1], flops: .elementwise(3 * shape.count),
      forward: { c in
        for s in 0..<batch {
          c.output[s] =
            c.kernels.squaredDistance(
              c.input(0).dropping(s * count, length: count), c.input(1).dropping(s * count, length: count))
            / Double(count)
        }
      },
      backward: { c in
        guard let dp = c.inputGradient(0) else { return }
        for s in 0..<batch {
          c.kernels.difference(
            2 * c.outputGradient[s] / Double(count), c.input(0).dropping(s * count, length: count),
            c.input(1).dropping(s * count), into: dp.slice.dropping(s * count), accumulate: dp.accumulates)
        }
      })
  }
}

extension OperationContext {
  /// input(0) − input(1) over a range of elements.
  fileprivate func difference(_ start: Int, _ count: Int, into d: Slice) {
    kernels.difference(1, input(0).dropping(start, length: count), input(1).dropping(start), into: d)
  }
}

/// The two directions of ``Variable/relativeNorm(to:operators:epsilon:perChannel:)``.
private struct RelativeNorm: Sendable {
  let batch: Int
  let points: Int
  let allChannels: Int
  let perChannel: Bool
  let operators: [any FieldOperator]
  let epsilon: Double
  /// Whether the norm is L2 of all channels together, which needs no copies.
  let isPlain: Bool

  private var groups: Int { perChannel ? allChannels : 1 }
  private var channels: Int { perChannel ? 1 : allChannels }

  /// Channel group g of sample s of a field, gathered.
  private func gather(_ c: OperationContext, _ field: Slice, _ s: Int, _ g: Int, into x: Slice) {
    c.kernels.copyRows(
      rows: points, width: channels, field.dropping(s * points * allChannels + g), stride: allChannels,
      into: x,
      stride: channels)
  }

  private func squaredNorm(_ c: OperationContext, _ x: Slice) -> Double {
    var sum = 0.0
    for op in operators {
      let y = c.scratch(1).dropping(0, length: op.resultCount(channels: channels))
      op.apply(c.kernels, x, channels: channels, scratch: c.scratch(2), into: y)
      sum += c.kernels.dot(y, y)
    }
    return sum
  }

  /// Prediction and target of sample s.
  private func pair(_ c: OperationContext, _ s: Int) -> (prediction: Slice, target: Slice) {
    let count = points * allChannels
    return (
      c.input(0).dropping(s * count, length: count), c.input(1).dropping(s * count, length: count)
    )
  }

  /// ‖p − t‖ and ‖t‖ + ε of channel group g of sample s.
  private func norms(_ c: OperationContext, _ s: Int, _ g: Int) -> (error: Double, reference: Double) {
    if isPlain {
      let (prediction, target) = pair(c, s)
      return (
        c.kernels.squaredDistance(prediction, target).squareRoot(),
        c.kernels.dot(target, target).squareRoot() + epsilon
      )
    }
    let x = c.scratch(0)
    gather(c, c.input(1), s, g, into: x)
    let reference = squaredNorm(c, x).squareRoot() + epsilon
    gatherDifference(c, s, g, into: x)
    return (squaredNorm(c, x).squareRoot(), reference)
  }

  private func gatherDifference(_ c: OperationContext, _ s: Int, _ g: Int, into d: Slice) {
    gather(c, c.input(0), s, g, into: d)
    c.kernels.scale(-1, d, into: d)
    c.kernels.copyRows(
      rows: points, width: channels, c.input(1).dropping(s * points * allChannels + g), stride: allChannels,
      into: d,
      stride: channels, accumulate: true)
    c.kernels.scale(-1, d, into: d)
  }

  func forward(_ c: OperationContext) {
    let kept = c.residual(0)
    for s in 0..<batch {
      var total = 0.0
      for g in 0..<groups {
        let (error, reference) = norms(c, s, g)
        kept[2 * (s * groups + g)] = error
        kept[2 * (s * groups + g) + 1] = reference
        total += error / reference
      }
      c.output[s] = total
    }
  }

  private func plainBackward(_ c: OperationContext, _ dp: OperationContext.Target) {
    for s in 0..<batch {
      let (error, reference) = (c.residual(0)[2 * s], c.residual(0)[2 * s + 1])
      let (prediction, target) = pair(c, s)
      c.kernels.difference(
        error == 0 ? 0 : c.outputGradient[s] / (error * reference), prediction, target,
        into: dp.slice.dropping(s * points * allChannels), accumulate: dp.accumulates)
    }
  }

  func backward(_ c: OperationContext) {
    guard let dp = c.inputGradient(0) else { return }
    if isPlain { return plainBackward(c, dp) }
    dp.prepareToAdd(c.kernels)
    let (x, gradient) = (c.scratch(0), c.scratch(3))
    for s in 0..<batch {
      for g in 0..<groups {
        let error = c.residual(0)[2 * (s * groups + g)]
        let reference = c.residual(0)[2 * (s * groups + g) + 1]
        // At zero error the norm has no derivative; zero is one of its subgradients.
        if error == 0 { continue }
        let factor = c.outputGradient[s] / (error * reference)
        gatherDifference(c, s, g, into: x)
        c.kernels.clear(gradient)
        for op in operators {
          let y = c.scratch(1).dropping(0, length: op.resultCount(channels: channels))
          op.apply(c.kernels, x, channels: channels, scratch: c.scratch(2), into: y)
          op.addTransposed(c.kernels, factor, y, channels: channels, scratch: c.scratch(2), into: gradient)
        }
        c.kernels.copyRows(
          rows: points, width: channels, gradient, stride: channels,
          into: dp.slice.dropping(s * points * allChannels + g), stride: allChannels, accumulate: true)
      }
    }
  }
}
