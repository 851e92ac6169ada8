import Autodiff
import Tensors

extension Trainer {
  /// The groups that a checkpoint to continue from holds.
  func groups() -> [Checkpoint.Group] {
    [Checkpoint.Group(name: "model", values: values)]
      + (average.map { [Checkpoint.Group(name: "average", values: $0)] } ?? [])
      + zip(stateNames, state).map { Checkpoint.Group(name: "optimizer.\($0)", values: $1) }
  }

  /// Takes weights, optimiser state and position from a checkpoint.
  public func restore(_ file: CheckpointFile) throws {
    for group in groups() { try file.read(group: group.name, parameters: parameters, into: group.values) }
    progress = file.checkpoint.progress
  }

  /// Takes the weights only.
  public func initialize(from file: CheckpointFile) throws {
    try file.readWeights(parameters: parameters, into: values)
    if let average { kernels.copy(values.slice(), into: average.slice()) }
  }
}
