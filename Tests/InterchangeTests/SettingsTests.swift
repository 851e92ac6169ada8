import Configuration
import Interchange
import Testing

@Suite("Settings of a neuraloperator model") struct SettingsTests {
  private func configuration(_ settings: String?, of model: ForeignModel = ForeignModel()) throws -> JSONValue
  {
    let parsed = try settings.map { try JSONValue.parse($0, source: "settings") }
    return try NeuraloperatorModel(model.state(parsed)).configuration
  }

  @Test(
    "say on which sides it pads",
    arguments: [
      (#"{"domain_padding": 0.1}"#, "both"), (#"{"domain_padding_mode": "one-sided"}"#, "both"),
      (#"{"domain_padding": 0.1, "domain_padding_mode": "symmetric"}"#, "both"),
      (#"{"domain_padding": [0.1, 0.2], "domain_padding_mode": "One-sided"}"#, "end"),
    ])
  func padding(settings: String, sides: String) throws {
    #expect(try configuration(settings)["paddingSides"]?.stringValue == sides)
  }

  @Test(
    "are refused by name where they lead to another function, or may",
    arguments: [
      (#"{"frequency_dropout": 0.5}"#, "frequency_dropout = 0.5 is no known setting"),
      (
        #"{"conv_module": "neuralop.layers.spherical_convolution.SphericalConv"}"#,
        "conv_module = neuralop.layers.spherical_convolution.SphericalConv has no counterpart"
      ),
      (#"{"conv_module": "neuralop.layers.legacy_spectral_convolution.SpectralConv"}"#, "conv_module = "),
      (#"{"non_linearity": "torch.tanh"}"#, "have GELU inside"),
      (#"{"non_linearity": "mine.gelu"}"#, "non_linearity = mine.gelu"),
      (#"{"non_linearity": ""}"#, "non_linearity = "),
      (
        #"{"domain_padding": 0.1, "domain_padding_mode": "left"}"#,
        "domain_padding_mode = left"
      ),
      (#"{"args": [[4, 4], 1, 1, 3, 2, 2, 2, null]}"#, "args = "),
      (#"{"norm": "batch_norm"}"#, "norm = batch_norm"),
      (#"{"complex_data": true}"#, "complex_data = true"),
      (#"{"resolution_scaling_factor": 2}"#, "resolution_scaling_factor = 2"),
      (#"{"fno_block_precision": "half"}"#, "fno_block_precision = half"),
      (#"{"max_n_modes": [8, 8], "n_modes": [4, 4]}"#, "max_n_modes = [8, 8]"),
      (#"{"_name": "SFNO"}"#, "_name = SFNO"),
    ])
  func refused(settings: String, words: String) {
    let text = ForeignModel.refusal { _ = try configuration(settings) }
    #expect(text.contains(words), "\(text)")
  }

  @Test("are taken without channel networks only where opkit's layers are the same function")
  func bareLayers() throws {
    var model = ForeignModel()
    model.hasNetworks = false
    for (settings, words) in [
      (#"{"use_channel_mlp": false}"#, "activate twice"),
      (#"{"use_channel_mlp": false, "norm": "instance_norm", "preactivation": true}"#, "two norms"),
      (#"{"use_channel_mlp": true}"#, "no tensor 'fno_blocks.channel_mlp.0.fcs.0.weight'"),
    ] {
      let text = ForeignModel.refusal { _ = try configuration(settings, of: model) }
      #expect(text.contains(words), "\(text)")
    }
    let pre = try configuration(#"{"preactivation": true, "non_linearity": "torch.tanh"}"#, of: model)
    #expect(pre["activation"]?.stringValue == "tanh")
    #expect(pre["mlpRatio"]?.doubleValue == 0)
    let rectified = try configuration(#"{"non_linearity": "torch.nn.functional.relu"}"#, of: model)
    #expect(rectified["activation"] == "relu")
    model.layers = 1
    #expect(try configuration(#"{"use_channel_mlp": false}"#, of: model)["layers"]?.intValue == 1)
  }

  @Test("must say what a skip without tensors is")
  func skips() throws {
    var model = ForeignModel()
    model.hasSkips = false
    for settings in [nil, #"{"n_modes": [4, 4]}"#] {
      #expect(
        throws: InterchangeError.undetermined(
          path: ForeignModel.path, what: "whether fno_skip is identity or None")
      ) {
        try configuration(settings, of: model)
      }
    }
    #expect(try configuration(#"{"fno_skip": null}"#, of: model)["skip"] == "none")
    #expect(try configuration(#"{"fno_skip": "identity"}"#, of: model)["skip"] == "identity")
    model = ForeignModel()
    model.hasNetworkSkips = false
    let text = ForeignModel.refusal { _ = try configuration(nil, of: model) }
    #expect(text.contains("whether channel_mlp_skip is identity or None"), "\(text)")
  }

  @Test("are refused with odd counts of modes in releases before 2.0, which kept other frequencies")
  func oddModes() throws {
    var model = ForeignModel()
    model.modes = [5, 3]
    let counts: JSONValue = [5, 4]
    #expect(try configuration(#"{"n_modes": [5, 4]}"#, of: model)["modes"] == counts)
    let text = ForeignModel.refusal {
      _ = try configuration(#"{"n_modes": [5, 4], "domain_padding_mode": "one-sided"}"#, of: model)
    }
    #expect(text.contains("n_modes = [5, 4]"), "\(text)")
  }
}
