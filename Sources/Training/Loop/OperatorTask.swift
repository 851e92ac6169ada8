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

  /// The same task done by another form of its model.
  func with(_ model: any OperatorModel) -> OperatorTask {
    OperatorTask(
      model: model, derivations: derivations, signature: signature, inputNormalizer: inputNormalizer,
      outputNormalizer: outputNormalizer)
  }

  /// Samples that one worker best computes together without training: at most `few`, so that they stay in cache, unless
  /// they share the work of a trunk.
  ///
  /// - Parameter bytes: memory of one sample alone.
  func piece(grid: [Int], bytes: Int, few: Int) -> Int {
    guard model is any PointOperatorModel else { return WorkerMemory.samples(ofBytes: bytes, most: few) }
    let points = max(grid.reduce(1, *), signature.outputShape.reduce(1, *))
    return max(few, min(256, (1 << 15) / points))
  }

  /// Records one application: raw input window to prediction in the normalised output space.
  ///
  /// - Parameter points: where the output is asked for, if each sample has points of its own.
  func normalizedStep(_ window: Variable, at points: Variable? = nil) -> Variable {
    let input = inputNormalizer.encoding(window)
    guard let model = model as? any PointOperatorModel, let queries = signature.queries else {
      return model(input)
    }
    if case .common(let coordinates, let dimensions) = queries {
      return model(input, at: input.graph.points(coordinates, dimensions: dimensions))
    }
    guard let points else { preconditionFailure("samples with points of their own come with these points") }
    return model(input, at: points)
  }

  /// The variable that holds the points of the samples' own, where they have them.
  func pointInput(_ graph: Graph, samples: Int) -> Variable? {
    guard case .perSample(let count, let dimensions)? = signature.queries else { return nil }
    return graph.input(FieldShape(batch: samples, grid: [count], channels: dimensions))
  }

  /// Records a prediction over `steps` applications, the window sliding over the model's own predictions.
  ///
  /// - Returns: the raw prediction of each step.
  public func rollout(_ input: Variable, at points: Variable? = nil, steps: Int) -> [Variable] {
    var window = input
    var predictions: [Variable] = []
    for step in 0..<steps {
      let prediction = masked(outputNormalizer.decoding(normalizedStep(window, at: points)), input)
      predictions.append(prediction)
      if step + 1 < steps { window = OperatorTask.slide(window, over: prediction) }
    }
    return predictions
  }

  /// A field on the grid of the outputs with zeros outside of the domain, where the task has a mask.
  func masked(_ field: Variable, _ input: Variable) -> Variable {
    mask(input).map { field.masked(by: $0) } ?? field
  }

  /// The channel of a raw input that is 1 inside the domain and 0 outside; nil if there is none.
  func mask(_ input: Variable) -> Variable? {
    signature.maskChannel.map { input.channels($0..<($0 + 1)) }
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
    model: any OperatorModel, derivations: [Derivation], fittingNormalizersTo table: SampleTable,
    input: Normalizer.Kind,
    output: Normalizer.Kind
  ) throws {
    let signature = table.signature
    if case .perSample? = signature.queries, output == .pointwise {
      throw DatasetsError.scatteredPoints(kind: output.rawValue)
    }
    // The input of a roll-out is frames of the output's field; all of them share their statistics.
    let frames = signature.rolloutSteps > 1 ? table.inputChannels / signature.outputChannels : 1
    self.init(
      model: model, derivations: derivations, signature: signature,
      inputNormalizer: .fit(
        input, to: table.inputs, grid: signature.gridShape,
        channels: table.inputChannels / frames, steps: frames),
      outputNormalizer: .fit(
        output, to: table.outputs, grid: signature.outputShape, channels: signature.outputChannels,
        steps: signature.rolloutSteps))
    if let point = model as? any PointOperatorModel, point.boundary != .none,
      !outputNormalizer.keepsZeroAtEnds(of: signature)
    {
      throw TrainingError.boundaryMoves(normalization: output.rawValue)
    }
  }
}

extension Normalizer {
  /// Whether zero at the ends of the axes that have ends is zero in normalised fields too.
  fileprivate func keepsZeroAtEnds(of signature: OperatorSignature) -> Bool {
    if kind == .none { return true }
    guard kind == .pointwise, signature.queries == nil else { return shift.allSatisfy { $0 == 0 } }
    let grid = signature.gridShape
    return shift.indices.allSatisfy { index in
      var rest = index / channels
      var isEnd = false
      for axis in grid.indices.reversed() {
        let place = rest % grid[axis]
        rest /= grid[axis]
        isEnd = isEnd || signature.axes[axis].boundary != .periodic && (place == 0 || place == grid[axis] - 1)
      }
      return !isEnd || shift[index] == 0
    }
  }
}

extension OperatorTask {
  /// Computes the weights that follow from training outputs, in a model that has such; in double precision, from outputs
  /// normalised as the model's own are.
  func fitModel(to table: SampleTable, into values: HostBuffer) throws {
    guard let model = model as? any DataFittedModel else { return }
    let outputs = HostBuffer(count: table.outputs.count, precision: .float64)
    for i in 0..<outputs.count { outputs[i] = table.outputs[i] }
    try outputNormalizer.apply(to: outputs, grid: signature.outputShape, channels: table.outputChannels)
    try model.fit(to: TrainingOutputs(outputs, samples: table.sampleCount), into: values)
  }

  /// The same model asked at points of the user's choice: `[count][dimensions]` coordinates, time last where the output
  /// has times. Its output channels are then those at one point and one time.
  ///
  /// - Returns: nil for a model that gives its output on a grid only.
  public func asked(at coordinates: [Double], dimensions: Int) -> OperatorTask? {
    guard let point = model as? any PointOperatorModel else { return nil }
    var signature = signature
    signature.outputChannels = point.outputsPerPoint
    signature.queries = .common(coordinates: coordinates, dimensions: dimensions)
    signature.outputTimes = []
    return OperatorTask(
      model: model, derivations: derivations, signature: signature, inputNormalizer: inputNormalizer,
      outputNormalizer: outputNormalizer)
  }
}
