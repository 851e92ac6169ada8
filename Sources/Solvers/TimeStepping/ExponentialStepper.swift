import Spectral

/// Runs any ``ExponentialTable`` on a semilinear system: the one time loop of all periodic problems.
///
/// `state` is u at `time`. A step is proposed and then accepted or dropped, so that a controller can look at
/// the embedded estimate first.
package final class ExponentialStepper<System: SemilinearSystem> {
  package let system: System
  package let table: ExponentialTable
  package private(set) var state: WorkArray
  package private(set) var time: Double = 0
  package private(set) var evaluations = 0
  private var proposal: WorkArray
  private var proposedTime = 0.0
  private let stageState: WorkArray
  private var terms: [WorkArray]
  private var nextTerm: WorkArray
  private let multiplicity: WorkArray
  /// The table's nodes, in an array of its own: the table's is shared by all workers.
  private let nodes: [Double]
  private var coefficientSets: [Double: ExponentialCoefficients] = [:]

  package init(_ system: System, table: ExponentialTable) {
    self.system = system
    self.table = table
    nodes = table.nodes.map { $0 }
    let count = 2 * system.modeCount
    func array() -> WorkArray { WorkArray(count: count) }
    state = array()
    proposal = array()
    stageState = array()
    terms = table.nodes.map { _ in array() }
    nextTerm = array()
    multiplicity = WorkArray(system.multiplicity)
  }

  /// Begins at `initial`.
  package func start(from initial: WorkArray, time: Double) {
    state.copy(from: initial)
    self.time = time
    evaluate(state, time, into: terms[0])
  }

  /// One step of the given size; ``accept()`` makes it the state.
  ///
  /// - Returns: the embedded estimate of the local error, relative to the new state's norm; NaN or
  ///   infinite if the step blew up.
  package func propose(_ stepSize: Double) -> Double {
    let c = form(stepSize)
    let estimate = ModeArithmetic.weightedSquare(
      system.modeCount, complex: c.isComplex, c.estimate, nextTerm, terms[nodes.count - 1],
      multiplicity: multiplicity
    ).squareRoot()
    let size = norm(of: proposal)
    return size > 0 ? estimate / size : (estimate == 0 ? 0 : .infinity)
  }

  /// One step whose size is settled: without an estimate, and accepted whatever comes of it.
  package func advance(_ stepSize: Double) {
    _ = form(stepSize)
    accept()
  }

  /// L² norm of a state; NaN or infinite once a march has blown up.
  package func norm(of state: WorkArray) -> Double {
    system.norm(state.pointer, weights: multiplicity.pointer)
  }

  /// Leaves a step of the given size in the proposal, and its nonlinear term behind it.
  private func form(_ stepSize: Double) -> ExponentialCoefficients {
    let c = coefficients(stepSize)
    let count = system.modeCount
    for i in 1..<nodes.count {
      ModeArithmetic.combine(
        count, complex: c.isComplex, c.propagators[i], state, c.stages[i], of: terms, into: stageState)
      evaluate(stageState, time + nodes[i] * stepSize, into: terms[i])
    }
    // The propagator of the last stage, which sits at c = 1, is that of the whole step.
    ModeArithmetic.combine(
      count, complex: c.isComplex, c.propagators[nodes.count - 1], state, c.update, of: terms, into: proposal)
    proposedTime = time + stepSize
    evaluate(proposal, proposedTime, into: nextTerm)
    return c
  }

  /// Makes the proposed step the state. `time` may be given to remove rounding at an output time.
  package func accept(at time: Double? = nil) {
    swap(&state, &proposal)
    swap(&terms[0], &nextTerm)
    self.time = time ?? proposedTime
  }

  /// Relative L² distance of two states, measured against the second.
  package func relativeDistance(_ a: WorkArray, _ b: WorkArray) -> Double {
    var square = 0.0
    for i in 0..<system.modeCount {
      let re = a.pointer[2 * i] - b.pointer[2 * i]
      let im = a.pointer[2 * i + 1] - b.pointer[2 * i + 1]
      square += multiplicity.pointer[i] * (re * re + im * im)
    }
    let size = norm(of: b)
    return size > 0 ? square.squareRoot() / size : (square == 0 ? 0 : .infinity)
  }

  private func evaluate(_ state: WorkArray, _ time: Double, into result: WorkArray) {
    system.nonlinearTerm(of: state.pointer, time: time, into: result.pointer)
    evaluations += 1
  }

  private func coefficients(_ stepSize: Double) -> ExponentialCoefficients {
    if let found = coefficientSets[stepSize] { return found }
    let made = ExponentialCoefficients(table, symbol: system.symbol, stepSize: stepSize)
    coefficientSets[stepSize] = made
    return made
  }
}
