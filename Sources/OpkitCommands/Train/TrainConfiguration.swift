import Configuration
import Datasets
import Layers
import Operators
import Training

/// The configuration of `opkit train`: model, data, training, seed.
struct TrainConfiguration {
  let model: ModelRecipe
  let data: DataConfiguration
  let training: TrainingConfiguration
  let seed: UInt64

  init(from reader: ConfigReader) throws {
    model = try ModelRegistry.read("model", from: reader)
    data = try DataConfiguration(
      from: reader.section("data", doc: "which samples of which file, and the learning task"))
    training = try TrainingConfiguration(from: reader.section("training", doc: "how the model is fitted"))
    seed = UInt64(
      try reader.int(
        "seed", default: 0, in: 0...Int.max, doc: "seed of initial weights and of the order of samples"))
  }
}
