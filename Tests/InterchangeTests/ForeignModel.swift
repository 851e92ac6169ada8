import Configuration
import Diagnostics
import Interchange

/// The state dict of a small FNO in two dimensions: the tensors that tell its configuration, filled with zeros.
struct ForeignModel {
  static let path = "fno.safetensors"

  /// Extents of the spectral weights along the modes.
  var modes = [4, 3]
  var layers = 2
  /// Whether the paths around convolutions and channel networks are of a kind that has tensors.
  var hasSkips = true
  var hasNetworkSkips = true
  var hasNetworks = true
  var isSeparable = false
  /// Shapes of the tensors of a factorised weight, by the ends of their names; empty for a dense one.
  var factors: [String: [Int]] = [:]

  func state(_ settings: JSONValue? = nil) -> StateDict {
    var shapes: [String: [Int]] = [
      "lifting.fcs.0.weight": [6, 3, 1], "lifting.fcs.1.weight": [3, 6, 1],
      "projection.fcs.0.weight": [6, 3, 1], "projection.fcs.1.weight": [1, 6, 1],
    ]
    for layer in 0..<layers {
      shapes["fno_blocks.convs.\(layer).bias"] = [3, 1, 1]
      let weight = "fno_blocks.convs.\(layer).weight"
      if factors.isEmpty { shapes["\(weight).tensor"] = (isSeparable ? [3] : [3, 3]) + modes }
      for (name, shape) in factors { shapes["\(weight).\(name)"] = shape }
      if hasSkips { shapes["fno_blocks.fno_skips.\(layer).conv.weight"] = [3, 3, 1] }
      if hasNetworks { shapes["fno_blocks.channel_mlp.\(layer).fcs.0.weight"] = [2, 3, 1] }
      if hasNetworks, hasNetworkSkips {
        shapes["fno_blocks.channel_mlp_skips.\(layer).weight"] = [1, 3, 1, 1]
      }
    }
    let tensors = shapes.mapValues { shape in
      ForeignTensor(
        shape: shape, isComplex: false, numbers: [Double](repeating: 0, count: shape.reduce(1, *)))
    }
    return StateDict(path: ForeignModel.path, tensors: tensors, settings: settings)
  }

  /// What a refusal says, after a look at whether it is one.
  static func refusal(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "not refused"
    } catch let error as InterchangeError {
      let diagnostic = error.diagnostic
      return diagnostic.exitCode == .badInput ? diagnostic.description : "another exit status"
    } catch {
      return "not of this module: \(error)"
    }
  }
}
