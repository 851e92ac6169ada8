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

  /// An operation with its places filled in, for one of the times that it runs.
  struct Step: Sendable {
    var operation: Int
    var inputs: [Place]
    var output: Place
    var residuals: [Place]
    var saved: [Place]
    var forwardScratch: [Place]
    var backwardScratch: [Place]
    var parameters: [Parameter]
    var parameterAccumulates: [Bool]
    var constants: [HostBuffer]
    var outputGradient: Place?
    var inputGradients: [GradientUse?]
    var body:
      (
        forward: @Sendable (OperationContext) -> Void, backward: @Sendable (OperationContext) -> Void
      )
  }

  public let precision: Precision
  /// What a report says about each operation.
  let costs: [OperationCost]
  let forwardSteps: [Step]
  let backwardSteps: [(direction: RunOrder.Direction, step: Step)]
  /// Elements of a frame's memory.
  public let memoryCount: Int
  private let places: [Int: Place]
  private let gradientPlaces: [Int: Place]
  private let lossGradient: Place?

  /// Compiles a graph.
  ///
  /// - Parameters:
  ///   - results: variables whose values must survive the run.
  ///   - loss: the variable to differentiate (summed over its elements); nil for forward only, which keeps nothing
  ///     longer than its last use.
  ///   - recompute: keep only what crosses a few cuts through the graph and run the rest forward a second time: less
  ///     memory, up to one more forward pass, the same bits.
  public init(_ graph: Graph, results: [Variable], loss: Variable? = nil, recompute: Bool = false) {
    precision = graph.precision
    let plan = LifetimePlan.best(
      graph, results: results.map(\.id), loss: loss?.id, recompute: recompute)
    costs = graph.operations.map { OperationCost($0, in: graph) }
    forwardSteps = plan.forwardSteps()
    backwardSteps = loss == nil ? [] : plan.backwardSteps()
    memoryCount = plan.memory.total
    places = plan.valuePlaces
    gradientPlaces = plan.gradientPlaces
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
    for index in forwardSteps.indices { run(forwardSteps[index], .forward, in: frame) }
  }

  /// Computes gradients of `scale · Σ loss` after ``forward(in:)``; parameters' gradients go to the frame's
  /// gradient memory.
  public func backward(in frame: Frame, scale: Double) {
    seed(scale, in: frame)
    runBackward(in: frame)
  }

  /// Pulls a gradient with respect to the loss variable, which may be a field, back after ``forward(in:)``.
  public func backward(in frame: Frame, from gradient: Slice) {
    Kernels(precision).copy(gradient.dropping(0, length: lossPlace.count), into: lossSlice(frame))
    runBackward(in: frame)
  }

  private func runBackward(in frame: Frame) {
    for index in backwardSteps.indices {
      run(backwardSteps[index].step, backwardSteps[index].direction, in: frame)
    }
  }

  func seed(_ scale: Double, in frame: Frame) {
    let seed = lossSlice(frame)
    for i in 0..<seed.count { seed[i] = scale }
  }

  private var lossPlace: Place {
    guard let lossGradient else { preconditionFailure("this program was compiled without a loss") }
    return lossGradient
  }

  private func lossSlice(_ frame: Frame) -> Slice {
    frame.memory.dropping(lossPlace.offset, length: lossPlace.count)
  }

  /// Parameters that its operations read.
  var parameters: [Parameter] {
    var seen = Set<ObjectIdentifier>()
    return forwardSteps.flatMap(\.parameters).filter { seen.insert(ObjectIdentifier($0)).inserted }
  }

  func run(_ step: Step, _ direction: RunOrder.Direction, in frame: Frame) {
    let context = OperationContext(step: step, frame: frame, isBackward: direction == .backward)
    if direction == .backward { step.body.backward(context) } else { step.body.forward(context) }
  }

  /// The first operation whose output holds a NaN or infinity, searched by running forward step by step.
  public func firstNonFiniteOperation(in frame: Frame) -> String? {
    let kernels = Kernels(precision)
    for step in forwardSteps {
      run(step, .forward, in: frame)
      let output = frame.memory.dropping(step.output.offset, length: step.output.count)
      if kernels.firstNonFinite(output) != nil { return costs[step.operation].name }
    }
    return nil
  }
}
