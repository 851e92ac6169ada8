import Datasets
import Fields
import Plotting
import Tensors
import Training

/// The picture that says how good a model is: input, truth, prediction and error of the best, the median and the worst
/// sample by relative L2.
public struct PredictionPanels {
  private let figure: FieldPanels

  /// - Parameter evaluation: of the same predictor on the same samples, with relative L2 among its metrics.
  public init(
    _ predictor: Predictor, _ reader: SampleReader, _ evaluation: ModelEvaluation, outputs: OutputDescription,
    title: String
  ) throws {
    let signature = reader.signature
    let errors = evaluation[RelativeL2.identifier]?.perSample ?? []
    let order = errors.indices.sorted { errors[$0] < errors[$1] }
    var chosen: [(label: String, sample: Int)] = []
    if let best = order.first { chosen.append(("best", best)) }
    if order.count > 2 { chosen.append(("median", order[order.count / 2])) }
    if order.count > 1, let worst = order.last { chosen.append(("worst", worst)) }
    let size = reader.pointCount
    let (inputs, truth, prediction) = (
      HostBuffer(count: size * reader.inputChannels, precision: reader.precision),
      HostBuffer(count: size * reader.outputChannels, precision: reader.precision),
      HostBuffer(count: size * reader.outputChannels, precision: reader.precision)
    )
    // The newest frame of a window, or the first input that is no mask; of several components the first, as of outputs.
    let shownInput =
      reader.mapping.isWindow
      ? reader.inputChannels - signature.outputChannels
      : (0..<reader.inputChannels).first { $0 != signature.maskChannel } ?? 0
    var rows: [FieldPanels.Row] = []
    for (label, index) in chosen {
      let sample = evaluation.sampleIndices.lowerBound + index
      let mask = try reader.read(sample..<(sample + 1), inputs: inputs.base, outputs: truth.base)
      predictor.predict(
        inputs, count: 1, grid: signature.gridShape, steps: signature.rolloutSteps, into: prediction)
      mask?.multiply(prediction.base, precision: reader.precision, channels: reader.outputChannels)
      // Of a roll-out the last step is shown, where errors have gathered; of a window the newest frame.
      let shown = reader.outputChannels - signature.outputChannels
      rows.append(
        FieldPanels.Row(
          title: "\(label), sample \(sample)",
          input: PredictionPanels.field(
            inputs, reader.inputChannels, at: shownInput, signature),
          truth: PredictionPanels.field(truth, reader.outputChannels, at: shown, signature),
          prediction: PredictionPanels.field(prediction, reader.outputChannels, at: shown, signature)))
    }
    let axes = signature.axes.prefix(2).map { axis in
      FieldPanels.Axis(name: axis.name, range: PredictionPanels.range(axis))
    }
    let name = outputs.fields.first?.name ?? "output"
    figure = FieldPanels(title: title, axes: Array(axes), rows: rows, inputName: "input", outputName: name)
  }

  public func write(to path: String) throws { try figure.write(to: path) }

  private static func range(_ axis: GridAxis) -> ClosedRange<Double> {
    let (low, high) = (axis.coordinates.first ?? 0, axis.coordinates.last ?? 1)
    return low < high ? low...high : low...(low + 1)
  }

  /// One channel; of a three-dimensional field the plane in the middle of the last axis.
  private static func field(
    _ buffer: HostBuffer, _ channels: Int, at channel: Int, _ signature: OperatorSignature
  )
    -> FieldPanels.Field
  {
    let grid = signature.gridShape
    let depth = grid.count > 2 ? grid[2] : 1
    let points = grid.prefix(2).reduce(1, *)
    let values = (0..<points).map { buffer[($0 * depth + depth / 2) * channels + channel] }
    return FieldPanels.Field(values: values, shape: Array(grid.prefix(2)))
  }
}
