import Configuration
import Layers

/// All models: the one place that a new one is added to.
public enum ModelRegistry {
  public static let entries: [ModelEntry] = [
    ModelEntry(CODANO.self),
    ModelEntry(DeepONet.self),
    ModelEntry(FNO.self),
    ModelEntry(OriginalFNO.self),
    ModelEntry(LocalNO.self),
    ModelEntry(LSM.self),
    ModelEntry(MGTFNO.self),
    ModelEntry(MgNO.self),
    ModelEntry(MultiONet.self),
    ModelEntry(OFormer.self),
    ModelEntry(PODDeepONet.self),
    ModelEntry(TFNO.self),
    ModelEntry(UNet.self),
    ModelEntry(UNO.self),
    ModelEntry(ViT.self),
  ]

  /// Reads `{"type": …, …}` under `key`.
  public static func read(_ key: String, from reader: ConfigReader) throws -> ModelRecipe {
    try reader.variant(
      key, of: entries.map { (name: $0.card.identifier, doc: $0.card.title, read: $0.read) },
      doc: "operator model and its settings")
  }
}
