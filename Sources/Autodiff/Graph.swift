import Tensors

/// A computation being written down: models run once on `Variable`s of a graph, and the graph is then compiled
/// into a ``Program`` that is replayed every step.
///
/// Recording once instead of taping every step is what lets a step run without allocating arrays: all shapes, all
/// lifetimes and so all memory places are known before the first step. A graph is for one number of samples and
/// one grid; another lane size is another graph of the same model.
public final class Graph {
  public let precision: Precision
  /// What recording needs to know about one operation; see ``record``.
  struct Operation {
    var name: String
    var inputs: [Int]
    var output: Int
    var parameters: [Parameter]
    var constants: [HostBuffer]
    var keepsInputs: [Bool]
    var keepsOutput: Bool
    var residuals: [Int]
    var saved: [Int]
    var flops: Flops
    var forwardScratch: [Int]
    var backwardScratch: [Int]
    var forward: @Sendable (OperationContext) -> Void
    var backward: @Sendable (OperationContext) -> Void
  }

  struct Value {
    var shape: FieldShape
    var needsGradient: Bool
  }

  private(set) var operations: [Operation] = []
  private(set) var values: [Value] = []
  private(set) var inputIDs: [Int] = []

  public init(precision: Precision) { self.precision = precision }

  /// A variable whose elements the caller writes before each run.
  ///
  /// - Parameter needsGradient: also compute the loss's gradient with respect to it.
  public func input(_ shape: FieldShape, needsGradient: Bool = false) -> Variable {
    let variable = makeVariable(shape, needsGradient: needsGradient)
    inputIDs.append(variable.id)
    return variable
  }

  /// Appends an operation. Value and pullback stand side by side at the call, and what backward reads besides
  /// gradients and parameters is declared, so that memory of everything else is reused.
  ///
  /// Accumulating into gradients that other operations also feed is not the pullback's business: it asks for
  /// ``OperationContext/inputGradient(_:)`` and is told whether to write or to add.
  ///
  /// - Parameters:
  ///   - constants: arrays the operation reads, of this graph's precision.
  ///   - keepsInputs: indices of inputs whose values backward reads.
  ///   - keepsOutput: backward reads the output's value.
  ///   - residuals: element counts of arrays that forward leaves for backward.
  ///   - saved: the same for arrays that forward itself can do without; they exist only where a backward pass follows.
  ///   - flops: for reports; nil counts one operation per element of the output.
  ///   - forwardScratch: element counts of arrays that only forward uses.
  ///   - backwardScratch: element counts of arrays that only backward uses.
  public func record(
    _ name: String, inputs: [Variable], output: FieldShape, parameters: [Parameter] = [],
    constants: [HostBuffer] = [],
    keepsInputs: [Int] = [], keepsOutput: Bool = false, residuals: [Int] = [], saved: [Int] = [],
    forwardScratch: [Int] = [], backwardScratch: [Int] = [], flops: Flops? = nil,
    forward: @escaping @Sendable (OperationContext) -> Void,
    backward: @escaping @Sendable (OperationContext) -> Void
  ) -> Variable {
    precondition(inputs.allSatisfy { $0.graph === self }, "\(name): operands of another graph")
    precondition(
      constants.allSatisfy { $0.precision == precision }, "\(name): constants of another precision")
    let needsGradient = !parameters.isEmpty || inputs.contains { values[$0.id].needsGradient }
    let result = makeVariable(output, needsGradient: needsGradient)
    operations.append(
      Operation(
        name: name, inputs: inputs.map(\.id), output: result.id, parameters: parameters, constants: constants,
        keepsInputs: inputs.indices.map(keepsInputs.contains), keepsOutput: keepsOutput, residuals: residuals,
        saved: saved, flops: flops ?? .elementwise(output.count),
        forwardScratch: forwardScratch, backwardScratch: backwardScratch, forward: forward, backward: backward
      ))
    return result
  }

  private func makeVariable(_ shape: FieldShape, needsGradient: Bool) -> Variable {
    values.append(Value(shape: shape, needsGradient: needsGradient))
    return Variable(graph: self, id: values.count - 1, shape: shape)
  }
}
