import Tensors

/// Memory for frames that are used one after another: as large as the largest of them asked for.
public final class FrameMemory {
  private(set) var buffer: HostBuffer

  public init(precision: Precision) { buffer = HostBuffer(count: 0, precision: precision) }

  public var byteCount: Int { buffer.byteCount }

  /// Makes room for a program. Growing loses the contents, and gives the old memory back first.
  public func reserve(for program: Program) {
    if buffer.count >= program.memoryCount { return }
    let precision = buffer.precision
    buffer = HostBuffer(count: 0, precision: precision)
    buffer = HostBuffer(count: program.memoryCount, precision: precision)
  }
}

/// One worker's memory for a program, and the parameters it reads and differentiates.
public final class Frame {
  private let shared: FrameMemory?
  private let part: Slice?
  /// The program's memory: what frames share may have grown since this one was made.
  var memory: Slice {
    if let part { return part }
    guard let shared else { preconditionFailure("a frame has memory") }
    return shared.buffer.slice()
  }
  let parameters: HostBuffer
  /// Where parameter gradients are written; nil when only values are wanted.
  public var gradients: HostBuffer?
  /// Whether parameter gradients add to what is there (later pieces of a lane) or replace it.
  public var accumulatesGradients = false
  let kernels: Kernels

  /// - Parameters:
  ///   - memory: frames used one after another may share it; nil for memory of its own.
  ///   - kernelSet: the instruction set to run with; tests force each in turn.
  public init(
    _ program: Program, parameters: HostBuffer, gradients: HostBuffer? = nil, memory: FrameMemory? = nil,
    kernelSet: KernelSet = .active
  ) {
    let memory = memory ?? FrameMemory(precision: program.precision)
    memory.reserve(for: program)
    precondition(memory.buffer.precision == program.precision && parameters.precision == program.precision)
    shared = memory
    part = nil
    self.parameters = parameters
    self.gradients = gradients
    kernels = Kernels(program.precision, set: kernelSet)
  }

  /// A frame inside another one's memory, for a program that an operation runs.
  init(
    _ program: Program, within memory: Slice, parameters: HostBuffer, gradients: HostBuffer?, kernels: Kernels
  ) {
    precondition(memory.count >= program.memoryCount && memory.precision == program.precision)
    shared = nil
    part = memory
    self.parameters = parameters
    self.gradients = gradients
    self.kernels = kernels
  }
}
