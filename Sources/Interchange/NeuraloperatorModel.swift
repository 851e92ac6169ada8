import Configuration

/// The configuration of an FNO or TFNO that a state dict of neuraloperator belongs to: extents from its tensors, choices
/// that leave no trace in them from its settings, the library's defaults where there are none.
public struct NeuraloperatorModel {
  /// The `model` section of an opkit configuration.
  public let configuration: JSONValue
  public let inputChannels: Int
  public let outputChannels: Int
  /// Extents of the spectral weights along the modes.
  public let modes: [Int]
  public let isSeparable: Bool
  private let hasNetworks: Bool

  private let state: StateDict

  /// - Throws: ``InterchangeError`` for a state that is not of such a model, or has a setting without counterpart.
  public init(_ state: StateDict) throws {
    self.state = state
    let reading = SettingsReading(state)
    let lifting = try reading.shape("lifting.fcs.0.weight", rank: 3)
    let isDeep = state.tensors["lifting.fcs.1.weight"] != nil
    let projection = try reading.shape("projection.fcs.0.weight", rank: 3)
    let bias = try reading.shape("fno_blocks.convs.0.bias")
    guard bias.count >= 2, bias.count <= 4 else {
      throw InterchangeError.undetermined(path: state.path, what: "the number of spatial axes")
    }
    let (dimensions, width) = (bias.count - 1, bias[0])
    let layers = (0..<1024).first { state.tensors["fno_blocks.convs.\($0).bias"] == nil } ?? 0
    isSeparable = try reading.bool("separable") ?? false
    let weight = try reading.spectralWeight(axes: dimensions + (isSeparable ? 1 : 2))
    modes = Array(weight.extents.suffix(dimensions))
    let embeds = try reading.embedsGrid()
    inputChannels = lifting[1] - (embeds ? dimensions : 0)
    outputChannels = try reading.shape("projection.fcs.1.weight", rank: 3)[0]
    guard inputChannels > 0 else {
      throw InterchangeError.undetermined(path: state.path, what: "the input channels without coordinates")
    }
    try reading.refuseForeignSettings(modes: modes)
    // The library's own counts where the settings have them: an even and an odd count keep the same modes on the last axis.
    let counts = try reading.ints("n_modes") ?? (modes.dropLast() + [2 * (modes[dimensions - 1] - 1)])
    let network = state.tensors["fno_blocks.channel_mlp.0.fcs.0.weight"]?.shape.first
    hasNetworks = network != nil
    try reading.refuseForeignLayers(count: layers, hasNetworks: hasNetworks)
    let padding = try reading.padding()
    var members: [JSONValue.Member] = [
      .init(key: "type", value: .string(weight.form == nil ? "fno" : "tfno")),
      .init(key: "modes", value: .array(counts.map { .integer(max(1, $0)) })),
      .init(key: "width", value: .integer(width)), .init(key: "layers", value: .integer(layers)),
      .init(key: "liftingRatio", value: .number(isDeep ? SettingsReading.ratio(lifting[0], width) : 0)),
      .init(key: "projectionRatio", value: .number(SettingsReading.ratio(projection[0], width))),
      .init(key: "mlpRatio", value: .number(network.map { Double($0) / Double(width) } ?? 0)),
      .init(key: "embedding", value: .string(embeds ? "half-open" : "none")),
      .init(key: "padding", value: padding.fractions),
      .init(key: "paddingSides", value: .string(padding.sides)),
      .init(key: "activation", value: .string(try reading.activation())),
      .init(key: "preactivation", value: .bool(try reading.bool("preactivation") ?? false)),
      .init(key: "skip", value: .string(try reading.skip("fno_skip", "fno_skips"))),
      .init(key: "separable", value: .bool(isSeparable)),
      .init(key: "stabilizer", value: .string(try reading.text("stabilizer") ?? "none")),
    ]
    if hasNetworks {
      let skip = try reading.skip("channel_mlp_skip", "channel_mlp_skips")
      members.append(.init(key: "mlpSkip", value: .string(skip)))
    }
    if let norm = try reading.norm() { members.append(.init(key: "norm", value: .string(norm))) }
    if try reading.bool(SettingsReading.shiftsOddAxes) == true {
      members.append(.init(key: "shiftsOddAxes", value: true))
    }
    if let form = weight.form {
      members.append(.init(key: "factorization", value: .string(form)))
      members.append(.init(key: "ranks", value: .array(weight.ranks.map { .integer($0) })))
    }
    configuration = .object(members)
  }

  public var layout: NeuraloperatorLayout {
    NeuraloperatorLayout(modes: modes, isSeparable: isSeparable, hasNetworks: hasNetworks)
  }
}
