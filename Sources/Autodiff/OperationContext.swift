import Tensors

/// What an operation sees while it runs: its arrays in the worker's memory, its parameters, the kernels.
public struct OperationContext {
  let step: Program.Step
  let frame: Frame
  let isBackward: Bool
  public var kernels: Kernels { frame.kernels }

  init(step: Program.Step, frame: Frame, isBackward: Bool) {
    self.step = step
    self.frame = frame
    self.isBackward = isBackward
  }

  /// A gradient to be written, or added to.
  public struct Target {
    public let slice: Slice
    public let accumulates: Bool

    /// Zeroes a gradient that nothing has been added to, for an operation that only adds.
    func prepareToAdd(_ kernels: Kernels) { if !accumulates { kernels.clear(slice) } }
  }

  private func slice(_ place: Program.Place) -> Slice {
    frame.memory.dropping(place.offset, length: place.count)
  }

  public func input(_ index: Int) -> Slice { slice(step.inputs[index]) }
  public var output: Slice { slice(step.output) }
  public func residual(_ index: Int) -> Slice { slice(step.residuals[index]) }
  /// An array that only backward needs; nil in a forward pass that no backward pass follows.
  public func saved(_ index: Int) -> Slice? { index < step.saved.count ? slice(step.saved[index]) : nil }
  /// Scratch of the direction that is running.
  public func scratch(_ index: Int) -> Slice {
    slice(isBackward ? step.backwardScratch[index] : step.forwardScratch[index])
  }
  public func parameter(_ index: Int) -> Slice {
    let parameter = step.parameters[index]
    return frame.parameters.slice(from: parameter.offset, length: parameter.count)
  }
  public func constant(_ index: Int) -> Slice { step.constants[index].slice() }

  /// Gradient of the loss with respect to the output. Nothing reads it after this operation, which may overwrite it.
  public var outputGradient: Slice {
    guard let place = step.outputGradient else {
      preconditionFailure("the operation has no gradient to pull back")
    }
    return slice(place)
  }

  /// Where the gradient with respect to input `index` goes; nil when nobody needs it.
  public func inputGradient(_ index: Int) -> Target? {
    guard let use = step.inputGradients[index] else { return nil }
    return Target(slice: slice(use.place), accumulates: use.accumulates)
  }

  /// Where the gradient with respect to parameter `index` goes.
  public func parameterGradient(_ index: Int) -> Target {
    guard let gradients = frame.gradients else { preconditionFailure("the frame has no gradient memory") }
    let parameter = step.parameters[index]
    return Target(
      slice: gradients.slice(from: parameter.offset, length: parameter.count),
      accumulates: frame.accumulatesGradients || step.parameterAccumulates[index])
  }

  /// A frame for a program that this operation runs in its scratch, with the parameters and gradients it has itself.
  func frame(for program: Program, within memory: Slice) -> Frame {
    frame.frame(for: program, within: memory)
  }
}
