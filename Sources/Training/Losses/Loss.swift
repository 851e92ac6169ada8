import Autodiff
import Configuration
import Fields

/// A training objective: one number per sample, differentiable with respect to the prediction.
public protocol Loss: Sendable, SendableMetatype {
  /// Value of `training.loss.type`, and its definition in one line.
  static var identifier: String { get }
  static var definition: String { get }
  init(from reader: ConfigReader) throws

  /// Whether the loss is a mean over points, which those outside of a domain must not dilute.
  var isMean: Bool { get }

  /// Refuses data that the loss has no meaning for.
  ///
  /// - Throws: ``TrainingError``.
  func check(_ signature: OperatorSignature) throws

  /// Records the loss of a prediction.
  ///
  /// - Parameter axes: the data's axes, for boundaries; the grid is the prediction's.
  /// - Returns: shape `[B, 1]`.
  func callAsFunction(_ prediction: Variable, _ target: Variable, axes: [GridAxis]) -> Variable
}

extension Loss {
  public var isMean: Bool { false }
  public func check(_ signature: OperatorSignature) throws {}

  /// Refuses scattered points, which have no neighbours.
  func needsGrid(_ signature: OperatorSignature) throws {
    if signature.queries != nil { throw TrainingError.lossNeedsGrid(loss: Self.identifier) }
  }
}

/// A line of the loss registry.
public struct LossEntry: Sendable {
  public let identifier: String
  public let definition: String
  public let read: @Sendable (ConfigReader) throws -> any Loss

  init<L: Loss>(_ type: L.Type) {
    identifier = L.identifier
    definition = L.definition
    read = { try L(from: $0) }
  }
}

/// All losses: the one place that a new one is added to.
public enum LossRegistry {
  public static let entries = (simple + [LossEntry(Patchwise.self)]).sorted { $0.identifier < $1.identifier }

  /// Losses that are not made of others.
  private static let simple: [LossEntry] = [
    LossEntry(MeanSquaredError.self),
    LossEntry(RelativeH1.self),
    LossEntry(RelativeHdiv.self),
    LossEntry(RelativeL1.self),
    LossEntry(RelativeL2.self),
    LossEntry(RelativeSobolev.self),
  ]

  /// Reads `{"type": …, …}` under `key`; relative L2 unless the configuration says otherwise.
  public static func read(_ key: String, from reader: ConfigReader) throws -> any Loss {
    try read(key, of: entries, from: reader, doc: "training objective")
  }

  /// Reads a loss inside another one.
  static func readSimple(_ key: String, from reader: ConfigReader) throws -> any Loss {
    try read(key, of: simple, from: reader, doc: "loss of a part")
  }

  private static func read(_ key: String, of entries: [LossEntry], from reader: ConfigReader, doc: String)
    throws
    -> any Loss
  {
    try reader.variant(
      key, of: entries.map { (name: $0.identifier, doc: $0.definition, read: $0.read) },
      default: RelativeL2.identifier, doc: doc)
  }
}

/// Added to norms of targets in denominators, so that an all-zero target gives a finite number; the value
/// neuraloperator uses.
let denominatorEpsilon = 1e-8
