import Configuration

/// What would change the function silently, refused.
extension SettingsReading {
  /// Arguments of the constructors of releases 1.0 and 2.0, and what the library adds to them.
  private static let known: Set<String> = [
    // Read, or refused unless they are as opkit has them.
    "n_modes", "positional_embedding", "domain_padding", "domain_padding_mode", "non_linearity", "norm",
    "preactivation", "fno_skip", "channel_mlp_skip", "use_channel_mlp", "separable", "stabilizer",
    "complex_data", "resolution_scaling_factor", "fno_block_precision", "max_n_modes", "conv_module", "args",
    "_name", shiftsOddAxes,
    // Told by the shapes of the tensors.
    "in_channels", "out_channels", "hidden_channels", "n_layers", "lifting_channel_ratio",
    "projection_channel_ratio", "channel_mlp_expansion", "factorization", "rank",
    // Of no effect on what a trained model computes.
    "channel_mlp_dropout", "fixed_rank_modes", "implementation", "decomposition_kwargs", "verbose",
    "_version",
  ]

  /// Arguments that the tensors tell when they are given by position: from `n_modes` to `projection_channel_ratio`.
  private static let positionalArguments = 7

  /// - Parameter modes: extents of the spectral weights along the modes.
  func refuseForeignSettings(modes: [Int]) throws {
    for member in state.settings?.members ?? [] where !SettingsReading.known.contains(member.key) {
      throw InterchangeError.unknownSetting(
        path: state.path, setting: member.key, value: member.value.stringValue ?? member.value.serialized())
    }
    if let value = value("complex_data"), value.boolValue != false { throw refusal("complex_data", value) }
    if let value = value("resolution_scaling_factor") { throw refusal("resolution_scaling_factor", value) }
    if let value = value("fno_block_precision"), value.stringValue != "full" {
      throw refusal("fno_block_precision", value)
    }
    if let module = value("conv_module"),
      !["SpectralConv", "neuralop.layers.spectral_convolution.SpectralConv"].contains(module.stringValue)
    {
      throw refusal("conv_module", module, because: "only the library's SpectralConv is known here")
    }
    if let name = value("_name"), !["FNO", "TFNO"].contains(name.stringValue) {
      throw refusal("_name", name)
    }
    if let most = value("max_n_modes"), most != value("n_modes") { throw refusal("max_n_modes", most) }
    if let list = value("args"), (list.arrayValue ?? []).count > SettingsReading.positionalArguments {
      throw refusal(
        "args", list, because: "arguments by position are not read, and not all of these leave a trace")
    }
    // The sides of the padding are an argument of releases before 2.0 only.
    if state.settings?["domain_padding_mode"] != nil, modes.dropLast().contains(where: { $0 % 2 != 0 }) {
      throw refusal(
        "n_modes", value("n_modes") ?? .array(modes.map { .integer($0) }),
        because: "before 2.0 an odd count keeps other frequencies on grids with an even number of points")
    }
  }

  /// Refuses layers that are another function in opkit.
  func refuseForeignLayers(count: Int, hasNetworks: Bool) throws {
    if !hasNetworks, try bool("use_channel_mlp") == true {
      throw InterchangeError.missingTensor(path: state.path, name: "fno_blocks.channel_mlp.0.fcs.0.weight")
    }
    let activation = try activation()
    guard
      let difference = LayerDifference(
        hasNetworks: hasNetworks, activation: activation, hasNorms: try norm() != nil,
        isPreactivated: try bool("preactivation") ?? false, layers: count)
    else { return }
    throw difference == .activationInside
      ? refusal("non_linearity", .string(activation), because: difference.rawValue)
      : refusal("use_channel_mlp", .bool(false), because: difference.rawValue)
  }
}
