import Layers

extension ModelError {
  /// Input channels are not frames of the output's variables.
  package static func variablesDiffer(key: String, inputs: Int, constant: Int, variables: Int) -> ModelError {
    ModelError(
      "the input is not made of the \(variables) variables of the output", key: key,
      why:
        "of \(inputs) input channels \(constant) are no variables, and the others must be frames of each",
      fix: "set model.\(key) to the number of input channels behind the variables', or use other data")
  }
}
