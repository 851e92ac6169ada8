import Autodiff

/// The spectral convolutions of a network's layers with factorised weights, each layer's own or one for all.
///
/// Made in two steps: first the parameters, then, after all other parameters of the model, the weights that are derived
/// from them.
public struct FactorizedConvolutions {
  private let layers: Int
  private let frequencies: [[Int]]
  private let factorization: Factorization
  private let scopes: [String]
  /// One tensor per layer, or one for all of them.
  private let tensors: [FactorizedTensor]
  private let halfModes: [Int]

  /// - Parameters:
  ///   - modes: both signs counted; the last axis keeps ⌊m/2⌋ + 1.
  ///   - isJoint: one tensor of slabs: each layer and each corner of the spectrum is one index of its first axis, of
  ///     extent 2^{d−1}·layers. It keeps ⌊m/2⌋ frequencies per corner and axis, also on the last one.
  ///   - isSeparable: no mixing of channels.
  ///   - deviation: σ of the dense weight's initial numbers.
  ///   - scope: name of a layer's parameters.
  /// - Throws: ``ModelError`` where ranks or axes are not those of the weight.
  public init(
    layers: Int, width: Int, modes: [Int], factorization: Factorization, isJoint: Bool, isSeparable: Bool,
    deviation: Double, scope: (_ layer: Int) -> String, in builder: ParameterBuilder
  ) throws {
    self.layers = layers
    self.factorization = factorization
    let channels = isSeparable ? [width] : [width, width]
    halfModes = modes.map { max(1, $0 / 2) }
    if isJoint {
      frequencies = SpectralConvolution.frequencies(modes: halfModes, selection: .oneSided)
      scopes = ["spectral"]
      let axes = FactorizedTensor.Axes(
        slabs: layers << (modes.count - 1), channels: channels, modes: halfModes)
      try factorization.check(extents: axes.all)
      tensors = [
        builder.scope("spectral") { FactorizedTensor(axes, factorization, deviation: deviation, in: builder) }
      ]
    } else {
      frequencies = SpectralConvolution.frequencies(modes: modes, selection: .twoSided)
      scopes = (0..<layers).map(scope)
      let axes = FactorizedTensor.Axes(channels: channels, modes: frequencies.map(\.count))
      try factorization.check(extents: axes.all)
      tensors = scopes.map { name in
        builder.scope(name) { FactorizedTensor(axes, factorization, deviation: deviation, in: builder) }
      }
    }
  }

  /// Makes the derived weights and gives each layer its convolution.
  public func convolutions(in builder: ParameterBuilder) -> [SpectralConvolution] {
    let weights = zip(scopes, tensors).map { name, tensor in
      builder.scope(name) {
        tensor.weight(factorization.contraction, samples: Factorization.nominalBatch, in: builder)
      }
    }
    return (0..<layers).map { layer in
      let isJoint = scopes.count == 1 && tensors[0].axes.slabs != nil
      let tensor = tensors[isJoint ? 0 : layer]
      var places = SpectralConvolution.BlockPlaces(strides: tensor.blockStrides.modes)
      if isJoint {
        let corners = 1 << (frequencies.count - 1)
        places.offset = layer * corners * tensor.blockStrides.slab
        places.corners = (Array(halfModes.dropLast()), tensor.blockStrides.slab)
      }
      return SpectralConvolution(
        frequencies: frequencies, forwardNormalized: true, places: places,
        weight: weights[isJoint ? 0 : layer])
    }
  }
}
