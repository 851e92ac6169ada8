import Layers

extension ModelError {
  package static func tooFewSamples(modes: Int, samples: Int, width: Int) -> ModelError {
    ModelError(
      "\(modes) basis functions cannot be had from the training outputs", key: "modes",
      why: "\(samples) samples of \(width) values span fewer directions than that",
      fix: "set model.modes lower, or train on more samples")
  }
}
