import Configuration
import Fields
import Layers
import Operators
import Training

/// What `opkit bench` times: a model on a grid with random data, trained as `training` says.
struct BenchConfiguration {
  let model: ModelRecipe
  let signature: OperatorSignature
  let training: TrainingConfiguration
  let seed: UInt64

  init(from reader: ConfigReader) throws {
    model = try ModelRegistry.read("model", from: reader)
    let grid = try reader.ints("grid", default: [64, 64], each: 1...65_536, doc: "points of each axis")
    let inputs = try reader.int("inputChannels", default: 1, in: 1...4096, doc: "channels of the input")
    let outputs = try reader.int("outputChannels", default: 1, in: 1...4096, doc: "channels of the output")
    training = try TrainingConfiguration(
      from: reader.section("training", doc: "as in a training configuration"))
    seed = UInt64(try reader.int("seed", default: 0, in: 0...Int.max, doc: "seed of weights and data"))
    guard (1...3).contains(grid.count) else {
      throw reader.fail(
        "grid", "grid has \(grid.count) axes", why: "models exist for 1 to 3", fix: "give 1 to 3 numbers")
    }
    let values = grid.reduce(Double((inputs + outputs) * training.batch)) { $0 * Double($1) }
    guard values <= 0x1p34 else {
      throw reader.fail(
        "grid", "a batch would have \(Int(min(values, 0x1p62))) values",
        why: "that is more than a machine holds",
        fix: "use fewer points, channels or samples")
    }
    signature = OperatorSignature(
      inputChannels: inputs, outputChannels: outputs,
      axes: grid.enumerated().map { index, points in
        GridAxis(
          name: ["x", "y", "z"][index], coordinates: (0..<points).map { Double($0) / Double(points) },
          boundary: .periodic)
      })
  }
}
