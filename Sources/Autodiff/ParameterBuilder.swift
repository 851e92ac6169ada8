import Tensors

/// Collects a model's parameters while the model is being built; what was asked for here is what gets trained,
/// counted, saved and restored, so nothing can be forgotten.
public final class ParameterBuilder {
  private var scopes: [String] = []
  private(set) public var parameters: [Parameter] = []
  private var names: Set<String> = []
  private var end = 0

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
    _ name: String, shape: [Int], kind: Parameter.Kind = .real, initial: Parameter.Initial, isTrained: Bool = true
  ) -> Parameter {
    let full = (scopes + [name]).joined(separator: ".")
    precondition(names.insert(full).inserted, "two parameters are called \(full)")
    if case .complexPairs(let block) = kind {
      precondition(shape.reduce(1, *) % (2 * block) == 0, "complex pairs do not fill the shape")
    }
    let parameter = Parameter(name: full, shape: shape, kind: kind, initial: initial, offset: end, isTrained: isTrained)
    // Sixteen floats are a vector and a cache line: every parameter starts on one.
    end = (end + parameter.count + 15) & ~15
    parameters.append(parameter)
    return parameter
  }

  /// Elements of the flat memory that holds all parameters, alignment gaps included.
  public var memoryCount: Int { end }
  /// Trainable numbers; a complex weight counts as two.
  public var parameterCount: Int { parameters.reduce(0) { $0 + ($1.isTrained ? $1.count : 0) } }
}
