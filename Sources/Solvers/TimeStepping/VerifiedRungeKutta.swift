/// A system of ordinary differential equations y' = f(t, y) with y(0) = 0.
package protocol OrdinarySystem {
  var dimension: Int { get }
  /// Stores f(t, y) in `rate`.
  func evaluate(_ t: Double, _ y: UnsafePointer<Double>, _ rate: UnsafeMutablePointer<Double>)
}

/// The classical fourth-order Runge–Kutta method on meshes that are halved until two of them agree.
///
/// The distance of the two solutions at the output times, over 2⁴ - 1, is the stored error of the finer one;
/// the finer one is returned. A mesh on which the solution is not finite counts as too coarse, so that stiff
/// systems find the steps at which the method is stable.
package struct VerifiedRungeKutta: Sendable {
  let tolerance: Double
  /// Steps allowed on the finest mesh.
  let maximumSteps: Int

  package struct Outcome {
    /// Solutions at the output times, time 0 first.
    package var states: [[Double]]
    /// Largest distance over outputs and components, relative to the largest component (at least 1e-3).
    package var error: Double
    package var steps: Int
  }

  package init(tolerance: Double, maximumSteps: Int) {
    self.tolerance = tolerance
    self.maximumSteps = maximumSteps
  }

  /// Solves to `finalTime` with `outputs` equal output intervals.
  ///
  /// - Throws: ``SolverError/timeToleranceMissed(tolerance:steps:)``.
  package func solve(_ system: some OrdinarySystem, finalTime: Double, outputs: Int) throws(SolverError)
    -> Outcome
  {
    var perOutput = max(1, 32 / outputs)
    var coarse = integrate(system, finalTime, outputs, perOutput)
    while 2 * perOutput * outputs <= maximumSteps {
      perOutput *= 2
      let fine = integrate(system, finalTime, outputs, perOutput)
      if let before = coarse, let after = fine {
        var (largest, distance) = (1e-3, 0.0)
        for (old, new) in zip(before, after) {
          for (a, b) in zip(old, new) {
            largest = max(largest, abs(b))
            distance = max(distance, abs(a - b))
          }
        }
        let error = distance / 15 / largest
        if error <= tolerance { return Outcome(states: after, error: error, steps: perOutput * outputs) }
      }
      coarse = fine
    }
    throw .timeToleranceMissed(tolerance: tolerance, steps: maximumSteps)
  }

  /// Solutions at the output times, or `nil` if one is not finite.
  private func integrate(_ system: some OrdinarySystem, _ finalTime: Double, _ outputs: Int, _ perOutput: Int)
    -> [[Double]]?
  {
    let n = system.dimension
    let h = finalTime / Double(outputs * perOutput)
    var y = [Double](repeating: 0, count: n)
    var (stage, rate, sum) = (y, y, y)
    var states = [y]
    for step in 0..<outputs * perOutput {
      let t = h * Double(step)
      system.evaluate(t, y, &rate)
      for (weight, reach) in [(1.0 / 6, 0.5), (1.0 / 3, 0.5), (1.0 / 3, 1), (1.0 / 6, 0)] {
        for i in 0..<n { sum[i] += h * weight * rate[i] }
        if reach == 0 { break }
        for i in 0..<n { stage[i] = y[i] + h * reach * rate[i] }
        system.evaluate(t + reach * h, stage, &rate)
      }
      for i in 0..<n {
        y[i] += sum[i]
        sum[i] = 0
      }
      let isOutput = (step + 1) % perOutput == 0
      if isOutput || step % 64 == 0 {
        guard y.allSatisfy(\.isFinite) else { return nil }
      }
      if isOutput { states.append(y) }
    }
    return states
  }
}
