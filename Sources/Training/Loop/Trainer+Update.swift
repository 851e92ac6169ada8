import Autodiff
import Tensors

extension Trainer {
  /// One update on one of the grids; returns the sum of the items' losses.
  func update(_ items: [LaneRunner.Item], onGrid index: Int) throws -> Double {
    let scale = configuration.lossReduction == .mean ? 1 / Double(items.count) : 1
    derived.compute(in: values, pool: pool)
    runner.run(
      items, of: training[index], grid: grids[index], steps: trainingSteps, parameters: values, scale: scale,
      losses: losses)
    var sum = 0.0
    for i in items.indices { sum += losses[i] }
    guard sum.isFinite else {
      throw nonFinite(
        runner.locateNonFinite(
          items, of: training[index], steps: trainingSteps, parameters: values, named: parameters))
    }
    rateUnderWay = learningRate
    let momentum = configuration.schedule.momentum(at: position)
    if momentum != optimizerUnderWay.momentum {
      let own = configuration.optimizer
      optimizerUnderWay = (momentum, momentum.map { own.with(momentum: $0) } ?? own)
    }
    progress.step += 1
    pullBackDerived()
    if let clip = configuration.gradientClip { clipGradient(to: clip) }
    pool.repeatKept(segments.count, segmentTask)
    growAfterUpdate()
    return sum
  }

  /// Sums the lanes' gradients of derived weights and turns them into gradients of parameters, in the first lane's array;
  /// the other lanes hold zeros there.
  private func pullBackDerived() {
    if derivedSegments.isEmpty { return }
    pool.repeatKept(derivedSegments.count, derivedTask)
    derived.pullBack(values: values, gradients: runner.gradients[0], pool: pool)
  }

  /// Sums the lanes' gradients of one piece of the derived weights.
  func sumDerived(segment index: Int) {
    kernels.reduceLanes(
      runner.gradients, range: derivedSegments[index].range, scale: 1, into: runner.gradients[0])
  }

  /// Updates the weights of one segment.
  func update(segment index: Int) {
    let segment = segments[index]
    let gradient = runner.gradients[0]
    if configuration.gradientClip == nil {
      kernels.reduceLanes(runner.gradients, range: segment.range, scale: 1, into: gradient)
    }
    optimizerUnderWay.rule.update(
      segment, step: progress.step, learningRate: rateUnderWay, kernels: kernels, parameters: values,
      gradients: gradient, state: state)
    guard let average, let decay = configuration.averageDecay else { return }
    let target = average.slice(from: segment.range.lowerBound, length: segment.range.count)
    kernels.scale(decay, target, into: target)
    kernels.scale(
      1 - decay, values.slice(from: segment.range.lowerBound, length: segment.range.count), into: target,
      accumulate: true)
  }

  /// Sums the lanes and scales the whole gradient down to norm `limit` if it is longer.
  private func clipGradient(to limit: Double) {
    pool.repeatKept(segments.count, measuringTask)
    var sum = 0.0
    for index in segments.indices { sum += squares[index] }
    let norm = sum.squareRoot()
    guard norm > limit else { return }
    shortening = limit / norm
    pool.repeatKept(segments.count, shorteningTask)
  }

  /// Sums the lanes over one segment, and the squares of what that gives.
  func measure(segment index: Int) {
    let range = segments[index].range
    kernels.reduceLanes(runner.gradients, range: range, scale: 1, into: runner.gradients[0])
    let slice = runner.gradients[0].slice(from: range.lowerBound, length: range.count)
    squares[index] = kernels.dot(slice, slice)
  }

  /// Multiplies the gradient of one segment.
  func shorten(segment index: Int) {
    let range = segments[index].range
    let slice = runner.gradients[0].slice(from: range.lowerBound, length: range.count)
    kernels.scale(shortening, slice, into: slice)
  }
}
