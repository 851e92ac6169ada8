import Autodiff
import Tensors

extension Trainer {
  /// Computes with the modes that the growing model has in use now.
  func adoptModes() {
    guard let growing else { return }
    progress.modes = growing.modes
    task = task.with(growing.model)
    runner.replaceTask(task)
    evaluator.replaceTask(task)
    segments = ParameterSegment.segments(of: trained, only: growing.parts)
    squares = HostBuffer(count: segments.count, precision: .float64)
  }

  /// After an update: adds up its gradient and, every so often, takes in the modes that the sum asks for.
  func growAfterUpdate() {
    guard let growing, growing.gradient != nil, !growing.isComplete else { return }
    growing.add(runner.gradients[0])
    if growing.growth.isDue(step: progress.step) { grow(along: growing.axesToGrow()) }
  }

  /// After an epoch: takes in modes if its loss hardly differs from the one before.
  func growAfterEpoch(loss: Double, before: Double) {
    guard let growing, growing.growth.grows(loss: loss, before: before) else { return }
    grow(along: growing.modes.map { _ in true })
  }

  private func grow(along axes: [Bool]) {
    guard growing?.grow(along: axes, seed: seed, in: [values] + (average.map { [$0] } ?? [])) == true else {
      return
    }
    adoptModes()
  }
}
