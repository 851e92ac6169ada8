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
  /// N of every stage, and N of the proposal, which becomes that of the first stage; ``termArrays`` own them.
  private var terms: [UnsafeMutablePointer<Double>]
  private var nextTerm: UnsafeMutablePointer<Double>
  private let termArrays: [WorkArray]
  private let multiplicity: WorkArray
  /// The table's nodes, in an array of its own: the table's is shared by all workers.
  private let nodes: [Double]
  private var coefficientSets: [Double: ExponentialCoefficients] = [:]
  private var latest: ExponentialCoefficients?

  package init(_ system: System, table: ExponentialTable) {
    self.system = system
    self.table = table
    nodes = table.nodes.map { $0 }
    let count = 2 * system.modeCount
    func array() -> WorkArray { WorkArray(count: count) }
    state = array()
    proposal = array()
    stageState = array()
    termArrays = (0...table.nodes.count).map { _ in array() }
    terms = termArrays.dropLast().map(\.pointer)
    nextTerm = termArrays[table.nodes.count].pointer
    multiplicity = WorkArray(system.multiplicity)
  }

  /// Begins at `initial`.
  package func start(from initial: WorkArray, time: Double) {
    state.copy(from: initial)
    self.time = time
    evaluate(state.pointer, time, into: terms[0])
  }

  /// One step of the given size; ``accept(at:)`` makes it the state.
  ///
  /// - Returns: the embedded estimate of the local error, relative to the new state's norm; NaN or
  ///   infinite if the step blew up.
  package func propose(_ stepSize: Double) -> Double {
    let c = form(stepSize)
    let estimate = change(of: c).squareRoot()
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
    let (state, stage, next) = (state.pointer, stageState.pointer, proposal.pointer)
    for i in 1..<nodes.count {
      c.sums[i - 1].form(count, isComplex: c.isComplex, state, terms, into: stage)
      evaluate(stage, time + nodes[i] * stepSize, into: terms[i])
    }
    c.sums[nodes.count - 1].form(count, isComplex: c.isComplex, state, terms, into: next)
    proposedTime = time + stepSize
    evaluate(next, proposedTime, into: nextTerm)
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

  /// Σ_k m_k |E_k (N(u_{n+1}) - N(U_s))_k|²
  private func change(of c: ExponentialCoefficients) -> Double {
    let (next, last) = (nextTerm, terms[nodes.count - 1])
    let (weight, m) = (c.estimate.pointer, multiplicity.pointer)
    var sum = SIMD2<Double>()
    for i in 0..<system.modeCount {
      let difference = SIMD2(next[2 &* i] - last[2 &* i], next[2 &* i &+ 1] - last[2 &* i &+ 1])
      let square =
        c.isComplex
        ? weight[2 &* i] * weight[2 &* i] + weight[2 &* i &+ 1] * weight[2 &* i &+ 1] : weight[i] * weight[i]
      sum += difference * difference * (square * m[i])
    }
    return sum.x + sum.y
  }

  private func evaluate(
    _ state: UnsafeMutablePointer<Double>, _ time: Double, into result: UnsafeMutablePointer<Double>
  ) {
    system.nonlinearTerm(of: state, time: time, into: result)
    evaluations += 1
  }

  private func coefficients(_ stepSize: Double) -> ExponentialCoefficients {
    if let latest, latest.stepSize == stepSize { return latest }
    let set =
      coefficientSets[stepSize]
      ?? ExponentialCoefficients(table, symbol: system.symbol, stepSize: stepSize)
    coefficientSets[stepSize] = set
    latest = set
    return set
  }
}
