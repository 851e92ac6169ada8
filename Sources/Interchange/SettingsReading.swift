import Configuration

/// Settings and extents of a neuraloperator model, asked for one by one.
struct SettingsReading {
  private let state: StateDict

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

  private func value(_ key: String) -> JSONValue? {
    guard let value = state.settings?[key], value != .null else { return nil }
    return value
  }

  private func refuse(_ key: String, _ value: JSONValue) -> InterchangeError {
    .unsupported(path: state.path, setting: key, value: value.stringValue ?? value.serialized(indent: nil))
  }

  func bool(_ key: String) throws -> Bool? {
    guard let value = value(key) else { return nil }
    guard let answer = value.boolValue else { throw refuse(key, value) }
    return answer
  }

  func text(_ key: String) throws -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.stringValue else { throw refuse(key, value) }
    return text
  }

  func ints(_ key: String) throws -> [Int]? {
    guard let value = value(key) else { return nil }
    let list = (value.arrayValue ?? [value]).map(\.intValue)
    guard !list.contains(nil) else { throw refuse(key, value) }
    return list.compactMap { $0 }
  }

  func embedsGrid() throws -> Bool {
    guard let settings = state.settings, let found = settings["positional_embedding"] else { return true }
    if found == .null { return false }
    if found.stringValue == "grid" { return true }
    throw refuse("positional_embedding", found)
  }

  func padding() throws -> JSONValue {
    guard let value = value("domain_padding") else { return .number(0) }
    let list = value.arrayValue ?? [value]
    guard list.allSatisfy({ $0.doubleValue != nil }) else { throw refuse("domain_padding", value) }
    return .array(list.map { .number($0.doubleValue ?? 0) })
  }

  func activation() throws -> String {
    guard let name = try text("non_linearity") else { return "gelu" }
    let last = name.split(separator: ".").last.map(String.init) ?? name
    guard ["gelu", "relu", "tanh", "silu"].contains(last) else {
      throw refuse("non_linearity", .string(name))
    }
    return last
  }

  /// The kind of a skip, from the tensors of the first layer where they tell it.
  func skip(_ key: String, _ tensors: String) throws -> String? {
    if state.tensors["fno_blocks.\(tensors).0.conv.weight"] != nil { return "linear" }
    if state.tensors["fno_blocks.\(tensors).0.weight"] != nil { return "soft-gating" }
    guard let found = state.settings?[key] else { return "identity" }
    if found == .null { return "none" }
    guard found.stringValue == "identity" else { throw refuse(key, found) }
    return "identity"
  }

  func norm() throws -> String? {
    guard let name = try text("norm") else { return nil }
    switch name {
    case "group_norm": return "group"
    case "instance_norm": return "instance"
    default: throw refuse("norm", .string(name))
    }
  }

  /// Settings that change the function and have no counterpart.
  func refuseForeignSettings() throws {
    if let value = value("complex_data"), value.boolValue != false { throw refuse("complex_data", value) }
    if let value = value("resolution_scaling_factor") { throw refuse("resolution_scaling_factor", value) }
    if let value = value("fno_block_precision"), value.stringValue != "full" {
      throw refuse("fno_block_precision", value)
    }
    if let name = value("_name"), !["FNO", "TFNO"].contains(name.stringValue) { throw refuse("_name", name) }
    if let most = value("max_n_modes"), most != value("n_modes") { throw refuse("max_n_modes", most) }
  }
}
