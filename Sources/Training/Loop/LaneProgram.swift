import Autodiff
import Fields

/// The recorded computation for one number of samples: predictions and losses, and gradients where trained.
final class LaneProgram {
  let samples: Int
  let program: Program
  let input: Variable
  /// Where outputs are asked for, if each sample has points of its own.
  let points: Variable?
  let target: Variable
  /// The objective per sample.
  let losses: Variable
  /// Relative L2 error per sample over all steps, of raw values; only when evaluating.
  let errors: Variable?

  /// - Parameters:
  ///   - signature: the task's on the grid that is asked for.
  ///   - steps: applications of the operator; the target has that many frames.
  ///   - trains: whether gradients are wanted.
  init(
    _ task: OperatorTask, _ configuration: TrainingConfiguration, on signature: OperatorSignature,
    samples: Int, steps: Int, trains: Bool
  ) {
    self.samples = samples
    let grid = signature.gridShape
    let graph = Graph(precision: configuration.precision)
    let input = graph.input(FieldShape(batch: samples, grid: grid, channels: signature.inputChannels))
    let frame = signature.outputChannels
    let points = task.pointInput(graph, samples: samples)
    let target = graph.input(FieldShape(batch: samples, grid: signature.outputShape, channels: frame * steps))
    var window = input
    var predictions: [Variable] = []
    var total: Variable?
    for step in 0..<steps {
      let normalized = task.normalizedStep(window, at: points)
      let prediction = task.masked(task.outputNormalizer.decoding(normalized), input)
      let truth = target.channels((step * frame)..<((step + 1) * frame))
      var loss: Variable
      switch configuration.lossSpace {
      case .physical: loss = configuration.loss(prediction, truth, axes: signature.axes)
      case .normalized:
        loss = configuration.loss(
          task.masked(normalized, input), task.masked(task.outputNormalizer.encoding(truth), input),
          axes: signature.axes)
      }
      if configuration.loss.isMean, let mask = task.mask(input) {
        loss = loss.divided(by: mask.integrated(), epsilon: denominatorEpsilon)
      }
      total = total.map { $0 + loss } ?? loss
      predictions.append(prediction)
      if step + 1 < steps { window = OperatorTask.slide(window, over: prediction) }
    }
    guard let losses = total else { preconditionFailure("a roll-out has at least one step") }
    self.input = input
    self.points = points
    self.target = target
    self.losses = losses
    if trains {
      errors = nil
      program = Program(
        graph, results: [losses], loss: losses, recompute: configuration.recompute)
    } else {
      let joined = predictions.dropFirst().reduce(predictions[0]) { $0.concatenated(with: $1) }
      let errors = joined.relativeNorm(
        to: target, operators: [IdentityOperator(points: joined.shape.points)],
        epsilon: denominatorEpsilon)
      self.errors = errors
      program = Program(graph, results: [losses, errors])
    }
  }
}
