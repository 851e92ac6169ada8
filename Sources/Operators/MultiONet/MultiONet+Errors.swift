import Layers

extension ModelError {
  package static func oneOutput(channels: Int) -> ModelError {
    ModelError(
      "the model has one output, and the data have \(channels)", key: "type",
      why: "layers of branch and trunk are paired to one number",
      fix: "map to one field, or choose 'deeponet'")
  }
}
