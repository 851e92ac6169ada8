import Autodiff
import Configuration
import Fields

/// An operator model: parameters made once, and a map from functions to functions written once for every grid.
///
/// - Shape: `[B, Cin, N₁, …, N_d]` → `[B, Cout, N₁, …, N_d]`, with Cin and Cout from the data's signature.
public protocol OperatorModel: SendableMetatype {
  associatedtype Configuration: ModelConfiguration
  static var card: ModelCard { get }

  /// Builds the model's parameters.
  ///
  /// - Throws: ``ModelError`` where the configuration does not fit the data.
  init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws

  /// Whether the model can be applied on this grid.
  ///
  /// - Throws: ``ModelError`` naming the setting and what the grid has.
  func validate(grid: [Int]) throws

  /// Records the model's computation. The grid has been validated.
  func callAsFunction(_ input: Variable) -> Variable
}

/// A model's settings, read field by field.
public protocol ModelConfiguration: SendableMetatype {
  init(from reader: ConfigReader) throws
}

/// What `opkit list` and the documentation say about a model.
public struct ModelCard: Sendable {
  /// Value of `model.type`.
  public let identifier: String
  public let title: String
  public let citation: String
  /// Spatial dimensions the model exists in.
  public let dimensions: ClosedRange<Int>
  /// A configuration small enough for tests on 16 points per axis, as JSON with its `type`.
  public let smokeConfiguration: String

  public init(
    identifier: String, title: String, citation: String, dimensions: ClosedRange<Int>,
    smokeConfiguration: String
  ) {
    self.identifier = identifier
    self.title = title
    self.citation = citation
    self.dimensions = dimensions
    self.smokeConfiguration = smokeConfiguration
  }
}
