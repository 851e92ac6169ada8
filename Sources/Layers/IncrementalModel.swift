import Autodiff

/// A model whose spectral layers can do with the lowest of their frequencies, and take in more during training.
public protocol IncrementalModel: OperatorModel {
  /// The layers with dense weights of their own, which all keep the same modes.
  var spectralLayers: [SpectralConvolution] { get }

  /// The same model, with these in place of its spectral layers.
  func with(spectralLayers: [SpectralConvolution]) -> Self
}

extension IncrementalModel {
  /// Modes per axis that the weights hold, as the configuration counts them.
  public var modes: [Int] { spectralLayers.first?.modes ?? [] }

  /// The same model with these modes in use and the others out of the computation.
  public func restricted(to modes: [Int]) -> Self {
    with(spectralLayers: spectralLayers.map { $0.restricted(to: modes) })
  }
}
