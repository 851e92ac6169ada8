import Configuration

/// The arguments of neuraloperator's constructor `FNO` for a model of opkit, as ``NeuraloperatorModel`` reads them.
///
/// Choices come from the configuration, extents from the tensors. What release 2.0 has no counterpart of is refused, and so is
/// a key that is not known here: an option added to the model later is not left out silently.
public struct NeuraloperatorArguments {
  public let layout: NeuraloperatorLayout

  private let path: String
  private let model: JSONValue
  /// Modes per axis, both signs counted.
  private let counts: [Int]
  private let isSeparable: Bool
  private let hasNetworks: Bool

  /// Keys of FNO and TFNO.
  private static let known: Set<String> = [
    "type", "modes", "width", "layers", "liftingRatio", "projectionRatio", "mlpRatio", "embedding", "padding",
    "paddingSides", "activation", "preactivation", "norm", "skip", "mlpSkip", "separable", "stabilizer",
    "shiftsOddAxes", "scaling", "joint", "continuation",
    // How the factors of a weight were sized and are multiplied; the factors are the function.
    "factorization", "rank", "ranks", "fixedAxes", "contraction",
  ]

  /// - Parameters:
  ///   - model: the `model` section of a resolved configuration, of a model that was built.
  ///   - dimensions: axes of its grid.
  ///   - path: of the file that it comes from.
  /// - Throws: ``InterchangeError/notExportable(path:setting:value:reason:)``.
  public init(_ model: JSONValue, dimensions: Int, path: String) throws {
    self.model = model
    self.path = path
    let modes = (model["modes"]?.arrayValue ?? []).compactMap(\.intValue)
    counts = modes.count == 1 ? [Int](repeating: modes[0], count: dimensions) : modes
    isSeparable = model["separable"]?.boolValue ?? false
    hasNetworks = model["mlpRatio"]?.doubleValue != 0
    layout = NeuraloperatorLayout(
      modes: counts.dropLast() + counts.suffix(1).map { $0 / 2 + 1 }, isSeparable: isSeparable,
      hasNetworks: hasNetworks)
    try refuseForeignOptions()
    try refuseForeignLayers()
  }

  /// The arguments.
  ///
  /// - Parameter tensors: what ``layout`` makes of the model's parameters.
  public func settings(for tensors: [String: ForeignTensor]) throws -> JSONValue {
    let reading = SettingsReading(StateDict(path: path, tensors: tensors))
    let lifting = try reading.shape("lifting.fcs.0.weight", rank: 3)
    let projection = try reading.shape("projection.fcs.0.weight", rank: 3)
    let outputs = try reading.shape("projection.fcs.1.weight", rank: 3)[0]
    let weight = try reading.spectralWeight(axes: counts.count + (isSeparable ? 1 : 2))
    let width = projection[1]
    let isDeep = tensors["lifting.fcs.1.weight"] != nil
    let embeds = choice("embedding") != "none"
    let embedding: JSONValue = embeds ? "grid" : .null
    let norms: [String: JSONValue] = ["group": "group_norm", "instance": "instance_norm"]
    let stabilizer: JSONValue = choice("stabilizer") == "tanh" ? "tanh" : .null
    var arguments: [JSONValue.Member] = [
      .init(key: "n_modes", value: .array(counts.map { .integer($0) })),
      .init(key: "in_channels", value: .integer(lifting[1] - (embeds ? counts.count : 0))),
      .init(key: "out_channels", value: .integer(outputs)),
      .init(key: "hidden_channels", value: .integer(width)),
      .init(key: "n_layers", value: .integer(layers)),
      .init(
        key: "lifting_channel_ratio",
        value: .number(isDeep ? SettingsReading.ratio(lifting[0], width) : 0)),
      .init(key: "projection_channel_ratio", value: .number(SettingsReading.ratio(projection[0], width))),
      .init(key: "positional_embedding", value: embedding),
      .init(key: "norm", value: norms[choice("norm")] ?? .null),
      .init(key: "preactivation", value: .bool(isPreactivated)),
      .init(key: "fno_skip", value: skip("skip")),
      .init(key: "stabilizer", value: stabilizer),
      .init(key: "separable", value: .bool(isSeparable)),
      .init(key: "use_channel_mlp", value: .bool(hasNetworks)),
    ]
    if let network = tensors["fno_blocks.channel_mlp.0.fcs.0.weight"]?.shape.first {
      let expansion = JSONValue.number(Double(network) / Double(width))
      arguments.append(.init(key: "channel_mlp_expansion", value: expansion))
      arguments.append(.init(key: "channel_mlp_skip", value: skip("mlpSkip")))
    }
    if isPadded {
      let fractions = numbers("padding")
      let list = fractions.count == 1 ? counts.map { _ in fractions[0] } : fractions
      arguments.append(.init(key: "domain_padding", value: .array(list.map { .number($0) })))
    }
    // The default is an object of Python, which JSON has no name for; without it the arguments work as they are.
    if let function, choice("activation") != "gelu" {
      arguments.append(.init(key: "non_linearity", value: .string(function)))
    }
    if let form = weight.form {
      let ranks = form == "tt" ? [1] + weight.ranks + [1] : weight.ranks
      let rank = form == "cp" ? JSONValue.integer(ranks[0]) : .array(ranks.map { .integer($0) })
      arguments.append(.init(key: "factorization", value: .string(form)))
      arguments.append(.init(key: "rank", value: rank))
    }
    if model["shiftsOddAxes"]?.boolValue == true {
      arguments.append(.init(key: SettingsReading.shiftsOddAxes, value: true))
    }
    return .object(arguments)
  }

  // MARK: The configuration

  private func choice(_ key: String) -> String { model[key]?.stringValue ?? "" }

  private func numbers(_ key: String) -> [Double] { (model[key]?.arrayValue ?? []).compactMap(\.doubleValue) }

  /// A kind of skip; Python's `None` for none.
  private func skip(_ key: String) -> JSONValue { choice(key) == "none" ? .null : .string(choice(key)) }

  private var layers: Int { model["layers"]?.intValue ?? 0 }

  private var isPadded: Bool { numbers("padding").contains { $0 != 0 } }

  private var isPreactivated: Bool { model["preactivation"]?.boolValue ?? false }

  /// The activation as torch's function; nil where it has none.
  private var function: String? {
    SettingsReading.activations.first { $0.name == choice("activation") }?.function
  }

  private func refusal(_ key: String, because reason: String) -> InterchangeError {
    let value = model[key] ?? .null
    return .notExportable(
      path: path, setting: "model.\(key)", value: value.stringValue ?? value.serialized(), reason: reason)
  }

  private func refuseForeignOptions() throws {
    guard ["fno", "tfno"].contains(choice("type")) else {
      throw refusal("type", because: "state dicts are written of FNO and TFNO models")
    }
    for member in model.members ?? [] where !NeuraloperatorArguments.known.contains(member.key) {
      throw refusal(member.key, because: "no argument of its constructor is known for this")
    }
    guard ["half-open", "none"].contains(choice("embedding")) else {
      throw refusal("embedding", because: "its coordinates are half-open, or there are none")
    }
    if isPadded, choice("paddingSides") != "both" {
      throw refusal("paddingSides", because: "since release 2.0 it pads both sides of each axis")
    }
    if choice("continuation") == "mirrored" {
      throw refusal("continuation", because: "its convolutions are periodic")
    }
    if numbers("scaling").contains(where: { $0 != 1 }) {
      throw refusal("scaling", because: "its layers move negative frequencies where they change the grid")
    }
    if model["joint"]?.boolValue == true {
      throw refusal("joint", because: "it no longer has one tensor for all layers")
    }
    if function == nil { throw refusal("activation", because: "torch has no function that is the same") }
  }

  private func refuseForeignLayers() throws {
    guard
      let difference = LayerDifference(
        hasNetworks: hasNetworks, activation: choice("activation"), hasNorms: choice("norm") != "none",
        isPreactivated: isPreactivated, layers: layers)
    else { return }
    throw refusal(difference == .activationInside ? "activation" : "mlpRatio", because: difference.rawValue)
  }
}
