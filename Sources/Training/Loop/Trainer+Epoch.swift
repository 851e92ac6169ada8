import Tensors

extension Trainer {
  /// Trains what is left of the epoch under way, and says the mean loss per item.
  ///
  /// - Parameters:
  ///   - interrupt: asked before each update, at a moment from which a checkpoint continues to the same bits; when it
  ///     says yes the epoch stays unfinished.
  ///   - report: told the updates done in this epoch and the mean loss of the last one.
  /// - Returns: nil when interrupted.
  /// - Throws: ``TrainingError/nonFinite(epoch:step:what:learningRate:)``.
  public func trainEpoch(
    interrupt: () throws -> Bool = { false }, report: (_ step: Int, _ loss: Double) -> Void = { _, _ in }
  ) throws -> Double? {
    // The whole set in one batch needs no shuffling.
    let order =
      stepsPerEpoch == 1
      ? Array(0..<itemsPerEpoch)
      : Philox(seed: seed, stream: "shuffle").permutation(count: itemsPerEpoch, index: UInt64(progress.epoch))
    let grids = turns.grids(from: progress.epoch * stepsPerEpoch, updates: stepsPerEpoch)
    while progress.stepInEpoch < stepsPerEpoch {
      if try interrupt() { return nil }
      let start = progress.stepInEpoch * configuration.batch
      items.removeAll(keepingCapacity: true)
      for index in order[start..<min(start + configuration.batch, order.count)] {
        items.append(LaneRunner.Item(sample: index / itemsPerSample, start: index % itemsPerSample))
      }
      let sum = try update(items, onGrid: grids[progress.stepInEpoch])
      progress.lossSum += sum
      progress.stepInEpoch += 1
      report(progress.stepInEpoch, sum / Double(items.count))
    }
    for parameter in parameters {
      let slice = values.slice(from: parameter.offset, length: parameter.count)
      if let index = kernels.firstNonFinite(slice) {
        throw nonFinite("parameter \(parameter.name)[\(index)] after the last update")
      }
    }
    let before = progress.trainingLoss
    progress.trainingLoss = progress.lossSum / Double(order.count)
    progress.epoch += 1
    progress.stepInEpoch = 0
    progress.lossSum = 0
    growAfterEpoch(loss: progress.trainingLoss, before: before)
    return progress.trainingLoss
  }

  func nonFinite(_ what: String) -> TrainingError {
    .nonFinite(
      epoch: progress.epoch + 1, step: progress.stepInEpoch + 1, what: what, learningRate: learningRate)
  }
}
