import Tensors

/// A compiled graph: operations with fixed memory places, run forward, or forward and backward, without allocating arrays.
///
/// Immutable and shared by all workers; each worker has its own ``Frame``.
public final class Program: Sendable {
  /// Where an array lies in the frame's memory.
  struct Place {
    var offset: Int
    var count: Int
  }

  struct GradientUse {
    var place: Place
    /// Whether an operation that ran earlier in backward has already written there.
    var accumulates: Bool
  }

  /// An operation with its places filled in.
  struct Step: Sendable {
    var name: String
    var inputs: [Place]
    var output: Place
    var residuals: [Place]
    var forwardScratch: [Place]
    var backwardScratch: [Place]
    var parameters: [Parameter]
    var parameterAccumulates: [Bool]
    var constants: [HostBuffer]
    var outputGradient: Place?
    var inputGradients: [GradientUse?]
    var forward: @Sendable (OperationContext) -> Void
    var backward: @Sendable (OperationContext) -> Void
  }

  public let precision: Precision
  let steps: [Step]
  /// Elements of a frame's memory.
  public let memoryCount: Int
  private let places: [Int: Place]
  private let gradientPlaces: [Int: Place]
  private let loss: Place?
  private let lossGradient: Place?

  /// Compiles a graph.
  ///
  /// - Parameters:
  ///   - results: variables whose values must survive the run.
  ///   - loss: the variable to differentiate (summed over its elements); nil for forward only, which keeps nothing
  ///     longer than its last use.
  public init(_ graph: Graph, results: [Variable], loss: Variable? = nil) {
    precision = graph.precision
    var plan = LifetimePlan(graph, results: results.map(\.id), loss: loss?.id)
    plan.solve()
    steps = plan.steps()
    memoryCount = plan.memory.total
    places = plan.valuePlaces
    gradientPlaces = plan.gradientPlaces
    self.loss = loss.flatMap { plan.valuePlaces[$0.id] }
    lossGradient = loss.flatMap { plan.gradientPlaces[$0.id] }
  }

  /// Bytes of the memory that one worker needs.
  public var byteCount: Int { memoryCount * precision.byteCount }

  /// The memory of a variable inside a frame; for inputs before and results after a run.
  public func values(of variable: Variable, in frame: Frame) -> Slice { values(variable.id, in: frame) }

  func values(_ id: Int, in frame: Frame) -> Slice {
    guard let place = places[id] else {
      preconditionFailure("the variable has no place in this program")
    }
    return frame.memory.dropping(place.offset, length: place.count)
  }

  /// The gradient of an input that asked for one, after ``backward(in:scale:)``.
  public func gradient(of variable: Variable, in frame: Frame) -> Slice { gradient(variable.id, in: frame) }

  func gradient(_ id: Int, in frame: Frame) -> Slice {
    guard let place = gradientPlaces[id] else { preconditionFailure("the variable has no gradient") }
    return frame.memory.dropping(place.offset, length: place.count)
  }

  /// Computes all values.
  public func forward(in frame: Frame) {
    for index in steps.indices {
      let step = steps[index]
      step.forward(OperationContext(step: step, frame: frame, isBackward: false))
    }
  }

  /// Computes gradients of `scale · Σ loss` after ``forward(in:)``; parameters' gradients go to the frame's
  /// gradient memory.
  public func backward(in frame: Frame, scale: Double) {
    guard let lossGradient else { preconditionFailure("this program was compiled without a loss") }
    let seed = frame.memory.dropping(lossGradient.offset, length: lossGradient.count)
    for i in 0..<seed.count { seed[i] = scale }
    runBackward(in: frame)
  }

  /// Pulls a gradient with respect to the loss variable, which may be a field, back after ``forward(in:)``.
  public func backward(in frame: Frame, from gradient: Slice) {
    guard let lossGradient else { preconditionFailure("this program was compiled without a loss") }
    Kernels(precision).copy(
      gradient.dropping(0, length: lossGradient.count),
      into: frame.memory.dropping(lossGradient.offset, length: lossGradient.count))
    runBackward(in: frame)
  }

  private func runBackward(in frame: Frame) {
    for index in steps.indices.reversed() {
      let step = steps[index]
      guard step.outputGradient != nil else { continue }
      step.backward(OperationContext(step: step, frame: frame, isBackward: true))
    }
  }

  /// Parameters that its operations read.
  var parameters: [Parameter] {
    var seen = Set<ObjectIdentifier>()
    return steps.flatMap(\.parameters).filter { seen.insert(ObjectIdentifier($0)).inserted }
  }

  /// Runs forward and backward once, timing every operation.
  ///
  /// - Returns: in order of recording, name and seconds of both directions.
  public func timed(in frame: Frame, clock: () -> Double) -> [(
    name: String, forward: Double, backward: Double
  )] {
    var times = steps.map { (name: $0.name, forward: 0.0, backward: 0.0) }
    for index in steps.indices {
      let start = clock()
      steps[index].forward(OperationContext(step: steps[index], frame: frame, isBackward: false))
      times[index].forward = clock() - start
    }
    guard let lossGradient else { return times }
    let seed = frame.memory.dropping(lossGradient.offset, length: lossGradient.count)
    for i in 0..<seed.count { seed[i] = 1 }
    for index in steps.indices.reversed() where steps[index].outputGradient != nil {
      let start = clock()
      steps[index].backward(OperationContext(step: steps[index], frame: frame, isBackward: true))
      times[index].backward = clock() - start
    }
    return times
  }

  /// The first operation whose output holds a NaN or infinity, searched by running forward step by step.
  public func firstNonFiniteOperation(in frame: Frame) -> String? {
    let kernels = Kernels(precision)
    for step in steps {
      step.forward(OperationContext(step: step, frame: frame, isBackward: false))
      let output = frame.memory.dropping(step.output.offset, length: step.output.count)
      if kernels.firstNonFinite(output) != nil { return step.name }
    }
    return nil
  }
}

/// One worker's memory for a program, and the parameters it reads and differentiates.
public final class Frame {
  let memory: Slice
  private let owner: HostBuffer?
  let parameters: HostBuffer
  /// Where parameter gradients are written; nil when only values are wanted.
  public var gradients: HostBuffer?
  /// Whether parameter gradients add to what is there (later pieces of a lane) or replace it.
  public var accumulatesGradients = false
  let kernels: Kernels

  /// - Parameters:
  ///   - memory: at least `program.memoryCount` elements; frames used one after another may share it.
  ///   - kernelSet: the instruction set to run with; tests force each in turn.
  public init(
    _ program: Program, parameters: HostBuffer, gradients: HostBuffer? = nil, memory: HostBuffer? = nil,
    kernelSet: KernelSet = .active
  ) {
    let memory = memory ?? HostBuffer(count: program.memoryCount, precision: program.precision)
    precondition(memory.count >= program.memoryCount && memory.precision == program.precision)
    precondition(parameters.precision == program.precision)
    self.memory = memory.slice()
    owner = memory
    self.parameters = parameters
    self.gradients = gradients
    kernels = Kernels(program.precision, set: kernelSet)
  }

  /// A frame inside another one's memory, for a program that an operation runs.
  init(_ program: Program, within memory: Slice, parameters: HostBuffer, gradients: HostBuffer?, kernels: Kernels) {
    precondition(memory.count >= program.memoryCount && memory.precision == program.precision)
    self.memory = memory
    owner = nil
    self.parameters = parameters
    self.gradients = gradients
    self.kernels = kernels
  }
}
