import Autodiff
import Datasets
import Fields
import Layers
import Tensors

/// A model, its normalisers and the learning task: everything that maps raw inputs to raw predictions.
public struct OperatorTask {
  public let model: any OperatorModel
  /// How the model's derived weights follow from its parameters.
  public let derivations: [Derivation]
  public let signature: OperatorSignature
  public let inputNormalizer: Normalizer
  public let outputNormalizer: Normalizer

  public init(
    model: any OperatorModel, derivations: [Derivation], signature: OperatorSignature,
    inputNormalizer: Normalizer, outputNormalizer: Normalizer
  ) {
    self.model = model
    self.derivations = derivations
    self.signature = signature
    self.inputNormalizer = inputNormalizer
    self.outputNormalizer = outputNormalizer
  }

  /// Records one application: raw input window to prediction in the normalised output space.
  func normalizedStep(_ window: Variable) -> Variable {
    model(inputNormalizer.encoding(window))
  }

  /// Records a prediction over `steps` applications, the window sliding over the model's own predictions.
  ///
  /// - Returns: the raw prediction of each step.
  public func rollout(_ input: Variable, steps: Int) -> [Variable] {
    var window = input
    var predictions: [Variable] = []
    for step in 0..<steps {
      let prediction = outputNormalizer.decoding(normalizedStep(window))
      predictions.append(prediction)
      if step + 1 < steps { window = OperatorTask.slide(window, over: prediction) }
    }
    return predictions
  }

  /// The window without its oldest frame and with the newest one behind it.
  static func slide(_ window: Variable, over prediction: Variable) -> Variable {
    let frame = prediction.shape.channels
    if window.shape.channels == frame { return prediction }
    return window.channels(frame..<window.shape.channels).concatenated(with: prediction)
  }
}

extension Normalizer {
  /// Records (x − shift)/scale.
  func encoding(_ x: Variable) -> Variable { record(x) { shift, scale in (1 / scale, -shift / scale) } }

  /// Records x·scale + shift.
  func decoding(_ x: Variable) -> Variable { record(x) { shift, scale in (scale, shift) } }

  /// The affine map of a field whose channels are any number of steps of the normaliser's.
  private func record(_ x: Variable, _ constants: (Double, Double) -> (factor: Double, offset: Double))
    -> Variable
  {
    if kind == .none { return x }
    let width = x.shape.channels
    let rows = shift.count / channels
    let factor = HostBuffer(count: rows * width, precision: x.graph.precision)
    let offset = HostBuffer(count: rows * width, precision: x.graph.precision)
    for row in 0..<rows {
      for column in 0..<width {
        let source = row * channels + column % channels
        (factor[row * width + column], offset[row * width + column]) = constants(shift[source], scale[source])
      }
    }
    return x.affine(scale: factor, shift: offset)
  }
}

extension OperatorTask {
  /// The task of a model on training samples: normalisers are fitted to these samples and no others.
  public init(
    model: any OperatorModel, derivations: [Derivation], fittingNormalizersTo table: SampleTable, input: Normalizer.Kind,
    output: Normalizer.Kind
  ) throws {
    let signature = table.signature
    let grid = signature.gridShape
    // A window's input is frames of the output's field; all of them share their statistics.
    let frames = signature.rolloutSteps > 1 ? table.inputChannels / signature.outputChannels : 1
    self.init(
      model: model, derivations: derivations, signature: signature,
      inputNormalizer: .fit(
        input, to: table.inputs, grid: grid,
        channels: table.inputChannels / frames, steps: frames),
      outputNormalizer: .fit(
        output, to: table.outputs, grid: grid, channels: signature.outputChannels,
        steps: signature.rolloutSteps))
  }
}
