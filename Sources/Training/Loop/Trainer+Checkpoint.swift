import Autodiff
import Tensors

extension Trainer {
  /// The groups that a checkpoint to continue from holds.
  func groups() -> [Checkpoint.Group] {
    [Checkpoint.Group(name: "model", values: values)]
      + (average.map { [Checkpoint.Group(name: "average", values: $0)] } ?? [])
      + zip(stateNames, state).map { Checkpoint.Group(name: "optimizer.\($0)", values: $1) }
      + incrementalGroups
  }

  /// Takes weights, optimiser state and position from a checkpoint.
  public func restore(_ file: CheckpointFile) throws {
    for group in groups() {
      try file.read(group: group.name, parameters: group.parameters ?? parameters, into: group.values)
    }
    progress = file.checkpoint.progress
    guard let growing else { return }
    guard let modes = progress.modes, growing.allows(modes) else {
      throw TrainingError.checkpointMismatch(
        path: file.path, what: "it does not say which of the model's \(growing.full.modes) modes are in use")
    }
    self.growing?.use(modes: modes)
    adoptModes()
  }

  /// What the rule of growing modes has gathered so far.
  private var incrementalGroups: [Checkpoint.Group] {
    guard let growing, let gradient = growing.gradient else { return [] }
    return [Checkpoint.Group(name: "incremental.gradient", values: gradient, parameters: growing.weights)]
  }

  /// Takes the weights only.
  public func initialize(from file: CheckpointFile) throws {
    try file.readWeights(parameters: parameters, into: values)
    growing?.clearUnused(in: values)
    if let average { kernels.copy(values.slice(), into: average.slice()) }
  }
}
