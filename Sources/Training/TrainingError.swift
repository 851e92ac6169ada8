import Diagnostics

/// Training cannot start, or cannot go on.
public enum TrainingError: Error, Equatable {
  case batchExceedsSamples(batch: Int, samples: Int)
  /// Weights with their gradients and optimizer state.
  case modelExceedsMemory(parameters: Int, bytes: Int, memory: Int)
  /// What a step keeps of the operations' results besides.
  case stepExceedsMemory(bytes: Int, memory: Int, threads: Int)
  case earlyStoppingWithoutValidation
  case rolloutWithoutWindow
  case frozenUnknown(name: String, known: [String])
  /// Modes can grow in dense spectral weights only.
  case modesCannotGrow
  case startingModes(start: [Int], modes: [Int])
  case nothingToTrain
  /// A loss, or a weight, is not a number any more.
  case nonFinite(epoch: Int, step: Int, what: String, learningRate: Double)
  case checkpointMismatch(path: String, what: String)
  case notACheckpoint(path: String, missing: String)
  case runLocked(path: String, holder: String)
  case notAVectorField(loss: String, channels: Int, dimensions: Int)
  /// A loss of neighbouring points, and outputs at scattered ones.
  case lossNeedsGrid(loss: String)
  /// A boundary condition of the model, and a normalisation that moves zero.
  case boundaryMoves(normalization: String)
  case patchesDoNotDivide(axis: Int, points: Int, patches: Int)
  case otherRun(path: String, key: String, run: String, now: String)
}

extension TrainingError: Diagnosable {
  public var diagnostic: Diagnostic {
    switch self {
    case .batchExceedsSamples(let batch, let samples):
      return Diagnostic(
        "config.range", exit: .usage, "batch = \(batch) is more than the \(samples) training samples",
        at: "training.batch", why: "data.train selects \(samples) samples",
        fix: "set training.batch to \(samples) or less")
    case .modelExceedsMemory(let parameters, let bytes, let memory):
      return Diagnostic(
        "config.memory", exit: .usage, "a model of \(parameters) parameters does not fit into memory",
        at: "model",
        why:
          "with its gradients and the optimizer's state it takes \(bytes >> 30) GiB, and the machine has \(memory >> 30)",
        fix: "choose a smaller model, or fewer training.lanes")
    case .stepExceedsMemory(let bytes, let memory, let threads):
      return Diagnostic(
        "config.memory", exit: .usage, "a training step does not fit into memory", at: "training.batch",
        why: "on \(threads) threads it takes \(bytes >> 30) GiB, and the machine has \(memory >> 30)",
        fix:
          "set training.samplesPerPass to 1 or training.recompute to true, use a smaller batch or model, or fewer --threads"
      )
    case .earlyStoppingWithoutValidation:
      return Diagnostic(
        "config.conflict", exit: .usage, "earlyStopping has no validation samples to watch",
        at: "training.earlyStopping",
        why: "data.validation is 0, and test samples never decide about training",
        fix: "set data.validation to some samples, or remove training.earlyStopping")
    case .rolloutWithoutWindow:
      return Diagnostic(
        "config.conflict", exit: .usage, "rollout = oneStep needs a time window", at: "training.rollout",
        why: "the data's mapping is not a window, so there are no steps", fix: "remove training.rollout")
    case .frozenUnknown(let name, let known):
      return Diagnostic(
        "config.choice", exit: .usage, "no parameter is called '\(name)'", at: "training.freeze",
        why: "the model has \(known.joined(separator: ", "))", fix: "give the beginning of a name up to a dot"
      )
    case .modesCannotGrow:
      return Diagnostic(
        "config.conflict", exit: .usage, "the model has no modes that could grow",
        at: "training.incrementalModes",
        why: "it has no spectral layers, or their weights are factorised and belong to all modes together",
        fix: "choose the model 'fno' or 'fno-original', or remove training.incrementalModes")
    case .startingModes(let start, let modes):
      return Diagnostic(
        "config.range", exit: .usage, "training cannot start with \(start) modes",
        at: "training.incrementalModes.start", why: "the model keeps \(modes) modes along its axes",
        fix: "give one number for all axes or one per axis, at most these")
    case .nothingToTrain:
      return Diagnostic(
        "config.conflict", exit: .usage, "all parameters are frozen", at: "training.freeze",
        why: "no parameter is left that training would change", fix: "remove an entry")
    case .nonFinite(let epoch, let step, let what, let rate):
      return Diagnostic(
        "training.non-finite", exit: .numericalFailure, "training gave a number that is not finite",
        at: "epoch \(epoch), step \(step): \(what)",
        why: "the learning rate there is \(rate); the last good checkpoint is kept",
        fix: "lower training.optimizer.learningRate, set training.gradientClip, or train in float64")
    case .checkpointMismatch(let path, let what):
      return Diagnostic(
        "checkpoint.mismatch", exit: .badInput, "the checkpoint does not fit this model", at: path, why: what,
        fix: "use a checkpoint of a model with the same configuration")
    case .notACheckpoint(let path, let missing):
      return Diagnostic(
        "checkpoint.foreign", exit: .badInput, "this is not a checkpoint of opkit", at: path, why: missing,
        fix: "give best.safetensors or last.safetensors of a run directory")
    case .runLocked(let path, let holder):
      return Diagnostic(
        "output.locked", exit: .cannotWrite, "another process trains in this run directory", at: path,
        why: holder,
        fix: "wait for it to end, or choose another run directory with -o")
    case .notAVectorField(let loss, let channels, let dimensions):
      return Diagnostic(
        "config.conflict", exit: .usage, "\(loss) needs vector fields", at: "training.loss",
        why: "the data has \(channels) output channels on \(dimensions) axes",
        fix: "choose another loss, or data whose outputs are vectors of \(dimensions) components")
    case .lossNeedsGrid(let loss):
      return Diagnostic(
        "config.conflict", exit: .usage, "\(loss) needs outputs on a grid", at: "training.loss",
        why: "the data's outputs are at scattered points, which have no neighbours",
        fix: "choose relativeL2, relativeL1 or mse")
    case .boundaryMoves(let normalization):
      return Diagnostic(
        "config.conflict", exit: .usage, "the normalisation '\(normalization)' moves the boundary values",
        at: "data.normalization.output",
        why: "model.boundary makes the normalised output zero there, which is not zero in the data's units",
        fix: "set data.normalization.output to \"none\", or remove model.boundary")
    case .patchesDoNotDivide(let axis, let points, let patches):
      return Diagnostic(
        "config.range", exit: .usage, "\(patches) patches do not divide the \(points) points of axis \(axis)",
        at: "training.loss.levels", why: "all patches have the same size",
        fix: "use fewer levels, or data on another grid")
    case .otherRun(let path, let key, let run, let now):
      return Diagnostic(
        "config.changed", exit: .usage, "\(key) is not what the run was started with", at: path,
        why: "the run has \(run), the configuration now has \(now)",
        fix: "restore the value, or start another run with -o")
    }
  }
}
