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
  private var part: Slice?
  /// Frames of the programs that operations run, kept so that a step allocates nothing.
  private var inner: [ObjectIdentifier: Frame] = [:]
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

  private init(inside frame: Frame) {
    shared = nil
    parameters = frame.parameters
    kernels = frame.kernels
  }

  /// The frame of a program that an operation runs in a part of this one's memory, with the same parameters and gradients.
  func frame(for program: Program, within memory: Slice) -> Frame {
    precondition(memory.count >= program.memoryCount && memory.precision == program.precision)
    let key = ObjectIdentifier(program)
    let frame = inner[key] ?? Frame(inside: self)
    inner[key] = frame
    frame.part = memory
    frame.gradients = gradients
    return frame
  }
}
