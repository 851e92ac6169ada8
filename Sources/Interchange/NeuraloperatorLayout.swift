import Autodiff
import Tensors

/// Where the numbers of an FNO's or TFNO's parameters stand in a state dict of neuraloperator (1.0 and later).
public struct NeuraloperatorLayout {
  /// A parameter's tensor there.
  public struct Place {
    public var name: String
    public var shape: [Int]
    public var isComplex: Bool
    /// For each number of the parameter, its index among the tensor's.
    public var indices: [Int]
  }

  private let modes: [Int]
  private let mixesChannels: Bool
  private let normsPerLayer: Int

  /// - Parameters:
  ///   - modes: extents of the spectral weights along the modes: m, and ⌊m/2⌋ + 1 on the last axis.
  ///   - isSeparable: weights without mixing of channels.
  ///   - hasNetworks: whether layers have channel networks, and so two norms instead of one.
  public init(modes: [Int], isSeparable: Bool, hasNetworks: Bool) {
    self.modes = modes
    mixesChannels = !isSeparable
    normsPerLayer = hasNetworks ? 2 : 1
  }

  /// The place of a parameter; nil for one that the library does not have.
  public func place(of parameter: Parameter) -> Place? {
    let parts = parameter.name.split(separator: ".").map(String.init)
    if parts[0] == "blocks", parts.count >= 4 { return blockPlace(parameter, parts) }
    switch parts.count {
    case 2: return dense(parameter, "\(parts[0]).fcs.0.\(parts[1])")
    case 3: return dense(parameter, "\(parts[0]).fcs.\(parts[1] == "first" ? 0 : 1).\(parts[2])")
    default: return nil
    }
  }

  private func blockPlace(_ parameter: Parameter, _ parts: [String]) -> Place? {
    let layer = parts[1]
    switch (parts[2], parts[3]) {
    case ("spectral", "bias"): return channels(parameter, "fno_blocks.convs.\(layer).bias", first: true)
    case ("spectral", _): return spectral(parameter, "fno_blocks.convs.\(layer).weight", parts)
    case ("skip", "weight"): return dense(parameter, "fno_blocks.fno_skips.\(layer).conv.weight")
    case ("skip", "gate"): return channels(parameter, "fno_blocks.fno_skips.\(layer).weight", first: false)
    case ("network", "gate"):
      return channels(parameter, "fno_blocks.channel_mlp_skips.\(layer).weight", first: false)
    case ("network", "skip"): return dense(parameter, "fno_blocks.channel_mlp_skips.\(layer).conv.weight")
    case ("network", let half):
      return dense(parameter, "fno_blocks.channel_mlp.\(layer).fcs.\(half == "first" ? 0 : 1).\(parts[4])")
    case ("norm", let half):
      guard let block = Int(layer), let index = Int(half) else { return nil }
      return dense(
        parameter, "fno_blocks.norm.\(normsPerLayer * block + index).\(parts[4])")
    default: return nil
    }
  }

  /// A linear map `[in, out]`, there `[out, in, 1]`, or a vector.
  private func dense(_ parameter: Parameter, _ name: String) -> Place? {
    if parameter.shape.count == 1 {
      return Place(
        name: name, shape: parameter.shape, isComplex: false, indices: Array(0..<parameter.count))
    }
    return permuted(parameter, name, extents: parameter.shape, order: [1, 0], padding: 1)
  }

  /// One number per channel, there with an axis of one for each axis of the grid, and for the batch unless `first`.
  private func channels(_ parameter: Parameter, _ name: String, first: Bool) -> Place {
    let ones = [Int](repeating: 1, count: modes.count)
    return Place(
      name: name, shape: (first ? [] : [1]) + parameter.shape + ones, isComplex: false,
      indices: Array(0..<parameter.count))
  }

  private func spectral(_ parameter: Parameter, _ name: String, _ parts: [String]) -> Place? {
    let shape = parameter.shape
    switch parts[3] {
    case "weight":
      // [modes, part, channels…] here, [channels…, modes, part] there.
      let channels = shape.count - 2
      let part = modes.count
      let order = Array((part + 1)..<(part + 1 + channels)) + Array(0...part)
      return complex(permuted(parameter, "\(name).tensor", extents: modes + shape.dropFirst(), order: order))
    case "core":
      // [part, modes…, channels…] here, [channels…, modes…, part] there.
      let channels = mixesChannels ? 2 : 1
      let last = shape.count
      let order = Array((last - channels)..<last) + Array(1..<(last - channels)) + [0]
      return complex(permuted(parameter, "\(name).core", extents: shape, order: order))
    case "weights": return complex(permuted(parameter, "\(name).weights", extents: shape, order: [1, 0]))
    case "factors":
      guard parts.count == 5, let axis = Int(parts[4]) else { return nil }
      let isTrain = shape.count == 4
      let isMode = axis >= (mixesChannels ? 2 : 1)
      let order =
        isTrain
        ? (isMode ? [3, 2, 1, 0] : [1, 2, 3, 0]) : (mixesChannels && axis == 1 ? [2, 1, 0] : [1, 2, 0])
      return complex(permuted(parameter, "\(name).factors.factor_\(axis)", extents: shape, order: order))
    default: return nil
    }
  }

  /// The two parts of complex numbers are no axis of the tensor.
  private func complex(_ place: Place?) -> Place? {
    guard let place else { return nil }
    return Place(
      name: place.name, shape: Array(place.shape.dropLast()), isComplex: true, indices: place.indices)
  }

  /// - Parameters:
  ///   - extents: the parameter's axes.
  ///   - order: for each axis of the tensor, the parameter's axis that it is.
  ///   - padding: axes of extent one behind them.
  /// - Returns: nil for a parameter of another shape, which is not the library's.
  private func permuted(
    _ parameter: Parameter, _ name: String, extents: [Int], order: [Int], padding: Int = 0
  ) -> Place? {
    guard extents.reduce(1, *) == parameter.count, order.count == extents.count else { return nil }
    var strides = [Int](repeating: 0, count: extents.count)
    var stride = 1
    for axis in order.reversed() {
      strides[axis] = stride
      stride *= extents[axis]
    }
    var indices = [0]
    for axis in extents.indices {
      indices = indices.flatMap { start in (0..<extents[axis]).map { start + $0 * strides[axis] } }
    }
    return Place(
      name: name, shape: order.map { extents[$0] } + [Int](repeating: 1, count: padding), isComplex: false,
      indices: indices)
  }
}

extension NeuraloperatorLayout {
  /// Reads parameters from a state dict into memory laid out as they are.
  ///
  /// - Throws: ``InterchangeError`` for a tensor that is missing, has another shape, or is left over.
  public func read(_ state: StateDict, parameters: [Parameter], into values: HostBuffer) throws {
    var left = Set(state.tensors.keys)
    for parameter in parameters {
      guard let place = place(of: parameter) else {
        throw InterchangeError.unsupported(path: state.path, setting: "parameter", value: parameter.name)
      }
      guard let tensor = state.tensors[place.name] else {
        throw InterchangeError.missingTensor(path: state.path, name: place.name)
      }
      guard tensor.shape == place.shape, tensor.isComplex == place.isComplex else {
        throw InterchangeError.tensorShape(
          path: state.path, name: place.name, found: tensor.shape, needed: place.shape)
      }
      for (own, index) in place.indices.enumerated() {
        values[parameter.offset + own] = tensor.numbers[index]
      }
      left.remove(place.name)
    }
    if !left.isEmpty { throw InterchangeError.unknownTensors(path: state.path, names: left.sorted()) }
  }

  /// The state dict that holds these parameters.
  public func tensors(_ parameters: [Parameter], values: HostBuffer) -> [String: ForeignTensor]? {
    var result: [String: ForeignTensor] = [:]
    for parameter in parameters {
      guard let place = place(of: parameter) else { return nil }
      var numbers = [Double](repeating: 0, count: parameter.count)
      for (own, index) in place.indices.enumerated() { numbers[index] = values[parameter.offset + own] }
      result[place.name] = ForeignTensor(shape: place.shape, isComplex: place.isComplex, numbers: numbers)
    }
    return result
  }
}
