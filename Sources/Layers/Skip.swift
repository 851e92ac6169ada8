import Autodiff

/// A path around a part of a network.
public struct Skip {
  public enum Kind: String, Sendable, CaseIterable {
    /// A linear map of the channels, without bias.
    case linear
    /// One factor per channel, 1 at first.
    case softGating = "soft-gating"
    case identity
    case none
  }

  /// W `[C, C]` of ``Kind/linear``.
  public let weight: Parameter?
  /// g `[C]` of ``Kind/softGating``.
  public let gate: Parameter?
  private let kind: Kind

  /// - Parameters:
  ///   - linear: name of the linear map's scope.
  ///   - gate: name of the gate.
  public init(_ kind: Kind, channels: Int, linear: String, gate: String, in builder: ParameterBuilder) {
    self.kind = kind
    weight =
      kind == .linear
      ? Linear(linear, inputs: channels, outputs: channels, hasBias: false, in: builder).weight : nil
    self.gate = kind == .softGating ? builder.parameter(gate, shape: [channels], initial: .ones) : nil
  }

  /// What is added; nil where nothing is.
  public func callAsFunction(_ x: Variable) -> Variable? {
    if let weight { return x.linear(weight: weight) }
    if let gate { return x.gated(by: gate) }
    return kind == .identity ? x : nil
  }
}

extension Variable {
  /// x + y, or x where there is no y.
  public static func + (x: Variable, y: Variable?) -> Variable {
    guard let y else { return x }
    return x + y
  }
}
