import Configuration
import Interchange
import Testing

@Suite("The arguments of neuraloperator's constructor") struct ArgumentsTests {
  /// Every key of an FNO.
  private static let model: JSONValue = [
    "type": "fno", "modes": [4], "width": 3, "layers": 2, "liftingRatio": 2, "projectionRatio": 2,
    "mlpRatio": 0.75, "embedding": "half-open", "padding": [0], "paddingSides": "both", "activation": "gelu",
    "preactivation": false, "norm": "none", "skip": "linear", "mlpSkip": "soft-gating", "separable": false,
    "stabilizer": "none", "shiftsOddAxes": false, "scaling": [1],
  ]

  private func arguments(_ changes: JSONValue) throws -> NeuraloperatorArguments {
    let changed = changes.members ?? []
    let kept = (ArgumentsTests.model.members ?? []).filter { member in
      !changed.contains { $0.key == member.key }
    }
    return try NeuraloperatorArguments(.object(kept + changed), dimensions: 2, path: ForeignModel.path)
  }

  @Test(
    "lead back to the choices that they were made of",
    arguments: [
      #"{"embedding": "none"}"#, #"{"padding": [0.25, 0.5]}"#, #"{"norm": "group"}"#,
      #"{"norm": "instance"}"#, #"{"preactivation": true}"#, #"{"stabilizer": "tanh"}"#,
      #"{"separable": true}"#,
      #"{"skip": "identity"}"#, #"{"skip": "none"}"#, #"{"mlpSkip": "identity"}"#, #"{"mlpSkip": "none"}"#,
      #"{"shiftsOddAxes": true}"#, #"{"mlpRatio": 0.0, "activation": "relu"}"#,
      #"{"mlpRatio": 0.0, "activation": "leaky-relu", "preactivation": true}"#,
      #"{"mlpRatio": 0.0, "activation": "sine", "preactivation": true}"#,
    ])
  func roundTrip(_ text: String) throws {
    let changes = try JSONValue.parse(text, source: "changes")
    let kinds = ["identity", "none"]
    var model = ForeignModel()
    model.hasSkips = !kinds.contains(changes["skip"]?.stringValue ?? "")
    model.hasNetworkSkips = !kinds.contains(changes["mlpSkip"]?.stringValue ?? "")
    model.hasNetworks = changes["mlpRatio"] == nil
    model.isSeparable = changes["separable"] != nil
    let settings = try arguments(changes).settings(for: model.state().tensors)
    let found = try NeuraloperatorModel(model.state(settings)).configuration
    for member in changes.members ?? [] { #expect(found[member.key] == member.value, "\(member.key)") }
  }

  @Test("are what the constructor takes")
  func values() throws {
    let settings = try arguments(["padding": [0.25]]).settings(for: ForeignModel().state().tensors)
    let expected: JSONValue = [
      "n_modes": [4, 4], "in_channels": 1, "out_channels": 1, "hidden_channels": 3, "n_layers": 2,
      "lifting_channel_ratio": 2.0, "projection_channel_ratio": 2.0, "positional_embedding": "grid",
      "norm": .null, "preactivation": false, "fno_skip": "linear", "stabilizer": .null, "separable": false,
      "use_channel_mlp": true, "channel_mlp_expansion": .number(2.0 / 3), "channel_mlp_skip": "soft-gating",
      "domain_padding": [0.25, 0.25],
    ]
    #expect(settings == expected)
  }

  @Test("have the ranks of a factorised weight one by one")
  func ranks() throws {
    func rank(_ factors: [String: [Int]]) throws -> JSONValue? {
      var model = ForeignModel()
      model.factors = factors
      return try arguments(["type": "tfno", "rank": 0.4]).settings(for: model.state().tensors)["rank"]
    }
    let (canonical, tucker, train): (JSONValue, JSONValue, JSONValue) = (7, [2, 2, 3, 2], [1, 2, 4, 3, 1])
    #expect(
      try rank([
        "weights": [7], "factors.factor_0": [3, 7], "factors.factor_1": [3, 7], "factors.factor_2": [4, 7],
        "factors.factor_3": [3, 7],
      ]) == canonical)
    #expect(
      try rank([
        "core": [2, 2, 3, 2], "factors.factor_0": [3, 2], "factors.factor_1": [3, 2],
        "factors.factor_2": [4, 3], "factors.factor_3": [3, 2],
      ]) == tucker)
    #expect(
      try rank([
        "factors.factor_0": [1, 3, 2], "factors.factor_1": [2, 3, 4], "factors.factor_2": [4, 4, 3],
        "factors.factor_3": [3, 3, 1],
      ]) == train)
  }

  @Test(
    "do not exist for what the library has not",
    arguments: [
      (#"{"embedding": "closed"}"#, "model.embedding = closed has no counterpart in neuraloperator"),
      (#"{"embedding": "circle"}"#, "model.embedding = circle"),
      (#"{"padding": [0.1], "paddingSides": "end"}"#, "model.paddingSides = end"),
      (#"{"scaling": [2, 0.5]}"#, "model.scaling = [2, 0.5]"),
      (#"{"type": "tfno", "joint": true}"#, "model.joint = true"),
      (#"{"activation": "tanh"}"#, "have GELU inside"),
      (#"{"activation": "identity", "mlpRatio": 0, "preactivation": true}"#, "model.activation = identity"),
      (#"{"mlpRatio": 0}"#, "activate twice"),
      (#"{"mlpRatio": 0, "norm": "instance", "preactivation": true}"#, "two norms"),
      (#"{"type": "unet"}"#, "model.type = unet"),
      (#"{"gates": 3}"#, "model.gates = 3"),
    ])
  func refused(changes: String, words: String) throws {
    let changed = try JSONValue.parse(changes, source: "changes")
    let text = ForeignModel.refusal { _ = try arguments(changed) }
    #expect(text.contains(words), "\(text)")
  }

  @Test("do not ask on which side nothing is padded")
  func unpadded() throws {
    _ = try arguments(["paddingSides": "end"])
  }
}
