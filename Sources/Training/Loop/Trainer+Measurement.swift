import Autodiff
import Datasets
import Tensors

extension Trainer {
  /// Mean loss and mean relative L2 error over a table, with the result weights and the whole roll-out.
  public func evaluate(_ table: SampleTable) -> (loss: Double, relativeL2: Double) {
    let (losses, errors) = (
      HostBuffer(count: table.sampleCount, precision: .float64),
      HostBuffer(count: table.sampleCount, precision: .float64)
    )
    derived.compute(in: resultWeights, pool: pool)
    evaluator.run(
      (0..<table.sampleCount).map { .init(sample: $0, start: 0) }, of: table,
      grid: table.signature.gridShape, steps: task.signature.rolloutSteps,
      parameters: resultWeights, scale: 1, losses: losses, errors: errors)
    let count = Double(max(1, table.sampleCount))
    return (losses.doubles.reduce(0, +) / count, errors.doubles.reduce(0, +) / count)
  }

  /// Seconds that one update takes on each grid, measured on the first batch without changing anything.
  ///
  /// For estimates before a run: two updates' forward and backward passes, the second one timed by `clock`.
  public func measureUpdates(clock: () -> Double) -> [(grid: [Int], seconds: Double)] {
    let count = training[0].sampleCount
    let items = (0..<configuration.batch).map { LaneRunner.Item(sample: $0 % count, start: 0) }
    return zip(training, grids).map { table, grid in
      var seconds = 0.0
      for _ in 0..<2 {
        let start = clock()
        derived.compute(in: values, pool: pool)
        runner.run(
          items, of: table, grid: grid, steps: trainingSteps, parameters: values, scale: 1, losses: losses)
        seconds = clock() - start
      }
      return (grid, seconds)
    }
  }

  /// Seconds of each operation for the first samples of the training table, on the finest grid.
  func timedLane(samples: Int, clock: () -> Double) -> [OperationCost] {
    derived.compute(in: values, pool: pool)
    return runner.timed(
      (0..<samples).map { .init(sample: $0 % training[0].sampleCount, start: 0) }, of: training[0],
      steps: trainingSteps, parameters: values, clock: clock)
  }
}
