import Tensors

/// What one operation of a program has to compute and to move, and how long it took.
public struct OperationCost: Sendable {
  public let name: String
  public let flops: Graph.Flops
  /// Bytes of all arrays that a direction reads or writes, each counted once: what would move if caches held nothing
  /// between operations and everything within one.
  public let forwardBytes: Int
  public let backwardBytes: Int
  /// Seconds; zero until measured.
  public var forwardSeconds = 0.0
  /// Computing values again for the backward pass included.
  public var backwardSeconds = 0.0

  init(_ operation: Graph.Operation, in graph: Graph) {
    name = operation.name
    flops = operation.flops
    func count(_ value: Int) -> Int { graph.values[value].shape.count }
    let inputs = operation.inputs.reduce(0) { $0 + count($1) }
    let kept = zip(operation.inputs, operation.keepsInputs).reduce(0) { $0 + ($1.1 ? count($1.0) : 0) }
    let gradients = operation.inputs.reduce(0) { $0 + (graph.values[$1].needsGradient ? count($1) : 0) }
    let parameters = operation.parameters.reduce(0) { $0 + $1.count }
    let constants = operation.constants.reduce(0) { $0 + $1.count }
    let left = (operation.residuals + operation.saved).reduce(0, +)
    let output = count(operation.output)
    let forward = inputs + parameters + constants + left + output
    let backward = kept + left + (operation.keepsOutput ? output : 0) + output + gradients + 2 * parameters
    (forwardBytes, backwardBytes) = (
      forward * graph.precision.byteCount, backward * graph.precision.byteCount
    )
  }
}

extension Program {
  /// Runs forward and backward once, timing every operation.
  ///
  /// - Returns: one entry per operation, in order of recording.
  public func timed(in frame: Frame, clock: () -> Double) -> [OperationCost] {
    var costs = costs
    for step in forwardSteps {
      let start = clock()
      run(step, .forward, in: frame)
      costs[step.operation].forwardSeconds += clock() - start
    }
    if backwardSteps.isEmpty { return costs }
    seed(1, in: frame)
    for (direction, step) in backwardSteps {
      let start = clock()
      run(step, direction, in: frame)
      costs[step.operation].backwardSeconds += clock() - start
    }
    return costs
  }
}
