import RealModule
import Spectral

/// How accurate a trajectory must be, and what may be spent on it.
struct IntegrationTolerance: Sendable {
  /// Largest allowed estimated relative L² error in time at any output time.
  var time: Double
  /// Largest allowed relative L² norm of the outer tenth of the kept modes at output times after the first.
  var tail: Double
  /// Most steps of one pass.
  var maximumSteps = 4_000_000
}

/// States at the output times, with what is known of their error.
struct Trajectory {
  var records: [WorkArray]
  var timeError: Double
  var spectralTail: Double
  var steps: Int
}

/// Integrates with a measured error: an adaptive pass lays a time mesh, a second pass runs on the mesh with
/// every step halved, a third on the mesh with steps joined in pairs, and the differences of the three estimate the error
/// by Richardson's argument:
///
///     ‖u_{Δt/2} - u‖ ≈ ‖u_{Δt/2} - u_Δt‖ / (r - 1),   r = ‖u_Δt - u_{2Δt}‖ / ‖u_{Δt/2} - u_Δt‖
///
/// This measures the global error, with all its growth along the trajectory and with the order that the scheme has on
/// this system at these steps, where sums of local estimates only bound it; see ``RichardsonEstimate``. While it exceeds
/// the tolerance the mesh is halved again. The first pass costs half of the second and the third a quarter, so the
/// measurement adds 75 %.
struct VerifiedIntegration<System: SemilinearSystem> {
  let stepper: ExponentialStepper<System>
  let tolerance: IntegrationTolerance
  /// Output times, increasing.
  let times: [Double]
  /// Time of the initial state, at most `times[0]`.
  let startTime: Double

  private static var deepestLevel: Int { 40 }
  /// Halvings that are tried in any case; after them the error must at least halve each time, which that of a layer in
  /// the initial state does and that of a chaotic trajectory does not.
  private static var certainRefinements: Int { 6 }
  private static var mostRefinements: Int { 14 }

  /// The adaptive pass accepts a step whose embedded estimate, of one order less than the scheme, is below
  /// this multiple of the tolerance; the fine pass then usually meets it at once.
  private static var localFactor: Double { 10 }

  /// - Parameter stepGuess: size of the first step to try.
  /// - Throws: ``SolverError`` when the tail or the time error stays above its tolerance, or the solution
  ///   ceases to be finite.
  func run(from initial: WorkArray, stepGuess: Double) throws(SolverError) -> Trajectory {
    var (coarse, mesh) = try adaptivePass(from: initial, stepGuess: stepGuess)
    let tail = spectralTail(coarse)
    guard tail <= tolerance.tail else {
      throw SolverError.underResolved(tail: tail, tolerance: tolerance.tail)
    }
    let estimate = RichardsonEstimate(order: stepper.table.order)
    var (before, previous) = ([Double]?.none, Double.infinity)
    for refinement in 0..<Self.mostRefinements {
      let coarseMesh = mesh
      mesh = mesh.halved
      guard mesh.stepCount <= tolerance.maximumSteps else { break }
      let fine = try pass(on: mesh, from: initial)
      let distances = zip(coarse, fine).map { stepper.relativeDistance($0, $1) }
      var error = estimate.error(distances, after: before)
      if before == nil, error <= tolerance.time {
        error = estimate.error(
          distances, after: self.distances(of: coarse, toThoseOn: coarseMesh.joined, from: initial))
      }
      if error <= tolerance.time {
        return Trajectory(
          records: fine, timeError: error, spectralTail: spectralTail(fine), steps: mesh.stepCount)
      }
      guard refinement + 1 < Self.certainRefinements || error <= 0.5 * previous else { break }
      (coarse, before, previous) = (fine, distances, error)
    }
    throw SolverError.timeToleranceMissed(tolerance: tolerance.time, steps: mesh.stepCount)
  }

  private var lengths: [Double] {
    var lengths: [Double] = []
    for (i, time) in times.enumerated() {
      let length = time - (i == 0 ? startTime : times[i - 1])
      // Equal spacings differ by rounding of the times; one length for all shares the coefficients.
      let twin = lengths.last { abs($0 - length) <= 1e-12 * max(abs(time), length) }
      lengths.append(twin ?? length)
    }
    return lengths
  }

  private func adaptivePass(
    from initial: WorkArray, stepGuess: Double
  ) throws(SolverError) -> (records: [WorkArray], mesh: TimeMesh) {
    stepper.start(from: initial, time: startTime)
    var mesh = TimeMesh()
    var records: [WorkArray] = []
    var stepSize = stepGuess
    var steps = 0
    let limit = Self.localFactor * tolerance.time
    // An estimate this far below the limit allows a doubled step, with a margin of two.
    let easy = limit * 0.5 * exponentOfTwo(-stepper.table.estimateExponent)
    for (length, time) in zip(lengths, times) {
      mesh.intervals.append([])
      var level = 0
      while length * exponentOfTwo(Double(-level)) > stepSize, level < Self.deepestLevel { level += 1 }
      var position = 0  // in units of length / 2^level
      while length > 0, position < 1 << level {
        stepSize = length * exponentOfTwo(Double(-level))
        let estimate = stepper.propose(stepSize)
        guard estimate <= limit else {  // also when not a number
          level += 1
          position *= 2
          guard level <= Self.deepestLevel, stepSize > 1e-14 * max(1, abs(stepper.time)) else {
            throw SolverError.blewUp(time: stepper.time, stepSize: stepSize)
          }
          continue
        }
        position += 1
        mesh.record(level: level)
        stepper.accept(at: position == 1 << level ? time : nil)
        if estimate < easy {
          if level > 0, position % 2 == 0 {
            level -= 1
            position /= 2
          } else if level == 0 {
            stepSize = 2 * length
          }
        }
        steps += 1
        guard steps <= tolerance.maximumSteps else {
          throw SolverError.timeToleranceMissed(tolerance: tolerance.time, steps: steps)
        }
      }
      records.append(WorkArray(stepper.state.values))
    }
    return (records, mesh)
  }

  private func pass(on mesh: TimeMesh, from initial: WorkArray) throws(SolverError) -> [WorkArray] {
    var records: [WorkArray] = []
    try march(on: mesh, from: initial) { _, state in records.append(WorkArray(state.values)) }
    return records
  }

  /// Distances of `records` to those of another mesh, infinite from where the solution on that ceases to be finite.
  private func distances(of records: [WorkArray], toThoseOn mesh: TimeMesh, from initial: WorkArray)
    -> [Double]
  {
    var distances = records.map { _ in Double.infinity }
    try? march(on: mesh, from: initial) { distances[$0] = stepper.relativeDistance($1, records[$0]) }
    return distances
  }

  /// Calls `reached` with the number of each output time and the state at it.
  private func march(on mesh: TimeMesh, from initial: WorkArray, _ reached: (Int, WorkArray) -> Void)
    throws(SolverError)
  {
    stepper.start(from: initial, time: startTime)
    let lengths = lengths
    for (i, runs) in mesh.intervals.enumerated() {
      for run in runs {
        let stepSize = lengths[i] * exponentOfTwo(Double(-run.level))
        for _ in 0..<run.steps { stepper.advance(stepSize) }
        guard stepper.norm(of: stepper.state).isFinite else {
          throw SolverError.blewUp(time: stepper.time, stepSize: stepSize)
        }
      }
      reached(i, stepper.state)
    }
  }

  /// The largest share of a record's norm that lies in the outer modes; the initial state, whose roughness
  /// is a property of its distribution, does not count.
  private func spectralTail(_ records: [WorkArray]) -> Double {
    let (outer, multiplicity) = (stepper.system.isOuter, stepper.system.multiplicity)
    var worst = 0.0
    for (time, record) in zip(times, records) where time > startTime {
      var all = 0.0
      var tail = 0.0
      for i in 0..<stepper.system.modeCount {
        let (re, im) = (record.pointer[2 * i], record.pointer[2 * i + 1])
        let energy = multiplicity[i] * (re * re + im * im)
        all += energy
        if outer[i] { tail += energy }
      }
      let share = all > 0 ? (tail / all).squareRoot() : (all == 0 ? 0 : .infinity)
      worst = share.isFinite ? max(worst, share) : .infinity
    }
    return worst
  }

  private func exponentOfTwo(_ x: Double) -> Double { .exp2(x) }
}
