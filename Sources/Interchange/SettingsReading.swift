import Configuration

/// Settings and extents of a neuraloperator model, asked for one by one.
struct SettingsReading {
  let state: StateDict

  init(_ state: StateDict) { self.state = state }

  /// The first layer's spectral weight: axes, and form and ranks of a factorised one.
  struct Weight {
    var extents: [Int]
    var form: String?
    var ranks: [Int]
  }

  func shape(_ name: String, rank: Int? = nil) throws -> [Int] {
    guard let tensor = state.tensors[name] else {
      throw InterchangeError.missingTensor(path: state.path, name: name)
    }
    guard rank.map({ $0 == tensor.shape.count }) ?? true, tensor.shape.allSatisfy({ $0 > 0 }) else {
      throw InterchangeError.notReadable(
        path: state.path, reason: "tensor '\(name)' of shape \(tensor.shape) is not one of an FNO")
    }
    return tensor.shape
  }

  func spectralWeight(axes: Int) throws -> Weight {
    let name = "fno_blocks.convs.0.weight"
    if state.tensors["\(name).tensor"] != nil {
      return Weight(extents: try shape("\(name).tensor", rank: axes), form: nil, ranks: [])
    }
    let factors = try (0..<axes).map { try shape("\(name).factors.factor_\($0)") }
    guard Set(factors.map(\.count)).count == 1, (2...3).contains(factors[0].count) else {
      throw InterchangeError.notReadable(
        path: state.path, reason: "the factors of '\(name)' have different ranks")
    }
    if state.tensors["\(name).core"] != nil {
      return Weight(extents: factors.map { $0[0] }, form: "tucker", ranks: factors.map { $0[1] })
    }
    if factors[0].count == 2 {
      return Weight(extents: factors.map { $0[0] }, form: "cp", ranks: [factors[0][1]])
    }
    return Weight(
      extents: factors.map { $0[1] }, form: "tt", ranks: factors.dropLast().map { $0[2] })
  }

  /// A ratio that leads back to the count when multiplied by the width and rounded down.
  static func ratio(_ count: Int, _ width: Int) -> Double {
    let plain = Double(count) / Double(width)
    return Int(plain * Double(width)) == count ? plain : (Double(count) + 0.25) / Double(width)
  }

  // MARK: Settings

  /// Says that a model has `shiftsOddAxes`; no argument of the constructor, so named as the library names its own additions.
  static let shiftsOddAxes = "_shifts_odd_axes"

  /// Activations here, and the functions of torch that are the same.
  static let activations: [(name: String, function: String)] = [
    ("gelu", "torch.nn.functional.gelu"), ("relu", "torch.nn.functional.relu"), ("tanh", "torch.tanh"),
    ("silu", "torch.nn.functional.silu"), ("elu", "torch.nn.functional.elu"),
    ("leaky-relu", "torch.nn.functional.leaky_relu"), ("softplus", "torch.nn.functional.softplus"),
    ("sine", "torch.sin"),
  ]

  /// The value of a setting; nil where there is none, and for Python's `None`.
  func value(_ key: String) -> JSONValue? {
    guard let value = state.settings?[key], value != .null else { return nil }
    return value
  }

  func refusal(_ key: String, _ value: JSONValue, because reason: String? = nil) -> InterchangeError {
    .unsupported(
      path: state.path, setting: key, value: value.stringValue ?? value.serialized(), reason: reason)
  }

  func bool(_ key: String) throws -> Bool? {
    guard let value = value(key) else { return nil }
    guard let answer = value.boolValue else { throw refusal(key, value) }
    return answer
  }

  func text(_ key: String) throws -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.stringValue else { throw refusal(key, value) }
    return text
  }

  func ints(_ key: String) throws -> [Int]? {
    guard let value = value(key) else { return nil }
    let list = (value.arrayValue ?? [value]).map(\.intValue)
    guard !list.contains(nil) else { throw refusal(key, value) }
    return list.compactMap { $0 }
  }

  func embedsGrid() throws -> Bool {
    guard let settings = state.settings, let found = settings["positional_embedding"] else { return true }
    if found == .null { return false }
    if found.stringValue == "grid" { return true }
    throw refusal("positional_embedding", found)
  }

  /// Fractions of the axes that are padded, and on which of their sides: releases before 2.0 say it, later ones pad both.
  func padding() throws -> (fractions: JSONValue, sides: String) {
    guard let value = value("domain_padding") else { return (.number(0), "both") }
    let list = (value.arrayValue ?? [value]).map(\.doubleValue)
    guard !list.contains(nil) else { throw refusal("domain_padding", value) }
    let fractions = JSONValue.array(list.compactMap { $0 }.map { .number($0) })
    let mode = try text("domain_padding_mode") ?? "symmetric"
    switch mode.lowercased() {
    case "symmetric": return (fractions, "both")
    case "one-sided": return (fractions, "end")
    default: throw refusal("domain_padding_mode", .string(mode))
    }
  }

  func activation() throws -> String {
    guard let name = try text("non_linearity") else { return "gelu" }
    let parts = name.split(separator: ".")
    guard parts.count == 1 || parts.first == "torch", let last = parts.last,
      let known = SettingsReading.activations.first(where: { $0.function.hasSuffix(".\(last)") })
    else { throw refusal("non_linearity", .string(name)) }
    return known.name
  }

  /// The kind of a skip, from the tensors of the first layer where they tell it.
  ///
  /// - Throws: ``InterchangeError/undetermined(path:what:)`` where neither tensors nor settings do: two kinds have no tensors.
  func skip(_ key: String, _ tensors: String) throws -> String {
    if state.tensors["fno_blocks.\(tensors).0.conv.weight"] != nil { return "linear" }
    if state.tensors["fno_blocks.\(tensors).0.weight"] != nil { return "soft-gating" }
    guard let found = state.settings?[key] else {
      throw InterchangeError.undetermined(path: state.path, what: "whether \(key) is identity or None")
    }
    if found == .null { return "none" }
    guard found.stringValue == "identity" else { throw refusal(key, found) }
    return "identity"
  }

  func norm() throws -> String? {
    guard let name = try text("norm") else { return nil }
    switch name {
    case "group_norm": return "group"
    case "instance_norm": return "instance"
    default: throw refusal("norm", .string(name))
    }
  }
}
