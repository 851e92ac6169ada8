import Tensors

/// Collects a model's parameters while the model is being built; what was asked for here is what gets trained,
/// counted, saved and restored, so nothing can be forgotten.
public final class ParameterBuilder {
  private var scopes: [String] = []
  private(set) public var parameters: [Parameter] = []
  private var names: Set<String> = []
  private var end = 0
  /// Weights that are computed from parameters; see ``DerivedWeights``.
  private(set) public var derivations: [Derivation] = []
  private var trainedEnd: Int?

  public init() {}

  /// Names made inside `body` start with `name.`.
  public func scope<R>(_ name: String, _ body: () throws -> R) rethrows -> R {
    scopes.append(name)
    defer { scopes.removeLast() }
    return try body()
  }

  /// A new parameter of the given shape.
  ///
  /// - Parameter isTrained: false for numbers that the training data determine; see `DataFittedModel`.
  public func parameter(
    _ name: String, shape: [Int], kind: Parameter.Kind = .real, initial: Parameter.Initial,
    isTrained: Bool = true
  ) -> Parameter {
    precondition(derivations.isEmpty, "\(name): parameters come before the weights derived from them")
    let parameter = place(name, shape: shape, kind: kind, initial: initial, isTrained: isTrained)
    parameters.append(parameter)
    return parameter
  }

  /// A weight that is not trained itself but computed from parameters, once per update for all lanes.
  ///
  /// - Parameter record: records its computation from ``Graph/complexValue(of:)`` of parameters; the result has as many
  ///   elements as the shape. A parameter serves one derived weight, or operations, but not both.
  public func derived(
    _ name: String, shape: [Int], kind: Parameter.Kind = .real,
    record: @escaping @Sendable (Graph) -> Variable
  ) -> Parameter {
    trainedEnd = trainedEnd ?? end
    let target = place(name, shape: shape, kind: kind, initial: .zeros, isTrained: false)
    derivations.append(Derivation(target: target, record: record))
    return target
  }

  private func place(
    _ name: String, shape: [Int], kind: Parameter.Kind, initial: Parameter.Initial, isTrained: Bool
  ) -> Parameter {
    let full = (scopes + [name]).joined(separator: ".")
    precondition(names.insert(full).inserted, "two parameters are called \(full)")
    let parameter = Parameter(
      name: full, shape: shape, kind: kind, initial: initial, offset: end, isTrained: isTrained)
    if case .complexPairs(let block) = kind, parameter.count < Parameter.mostElements {
      precondition(parameter.count % (2 * block) == 0, "complex pairs do not fill the shape")
    }
    // Sixteen floats are a vector and a cache line: every parameter starts on one.
    end = min((end + parameter.count + 15) & ~15, Parameter.mostElements)
    return parameter
  }

  /// Elements of the flat memory that holds all parameters and derived weights, alignment gaps included.
  public var memoryCount: Int { end }
  /// Elements of the part of the flat memory that holds parameters; derived weights follow it.
  public var trainedCount: Int { trainedEnd ?? end }
  /// Trainable numbers; a complex weight counts as two.
  public var parameterCount: Int { parameters.reduce(0) { $0 + ($1.isTrained ? $1.count : 0) } }
}
