import Fields
import Spectral

/// What a periodic problem provides so that ``TrajectorySolver`` can solve it at any resolution.
protocol TrajectoryProblem: Sendable {
  associatedtype System: SemilinearSystem
  var trajectory: TrajectoryConfiguration { get }
  static var card: ProblemCard { get }

  /// The discretisation on `points` grid points per direction.
  func makeSystem(points: Int) -> System
  /// Coefficients of a sample's initial state; more points only add modes.
  func initialState(of system: System, index: Int, seed: UInt64) -> WorkArray
  /// A step size to try first.
  func stepGuess(_ initial: WorkArray, on system: System) -> Double
  /// The stored grid values of a state.
  func output(_ state: WorkArray, of system: System) -> [Double]
  /// Gives the system the constants that differ from sample to sample, before anything is asked of it.
  func prepare(_ system: System, index: Int, seed: UInt64)
  /// The fields of a sample after the first, which holds the records.
  func companions(_ initial: WorkArray, of system: System, index: Int, seed: UInt64) -> [[Double]]
}

extension TrajectoryProblem {
  /// All samples have the same equation unless a problem says otherwise.
  func prepare(_ system: System, index: Int, seed: UInt64) {}
  /// The trajectory is the only field unless a problem says otherwise.
  func companions(_ initial: WorkArray, of system: System, index: Int, seed: UInt64) -> [[Double]] { [] }
}

/// Solves samples of a periodic problem: integrates with a measured time error, and starts again on a
/// doubled grid as long as the spectral tail is too heavy.
final class TrajectorySolver<P: TrajectoryProblem>: SampleSolver {
  private let problem: P
  private var steppers: [Int: ExponentialStepper<P.System>] = [:]

  init(_ problem: P) { self.problem = problem }

  func solve(index: Int, seed: UInt64) throws -> SolvedSample {
    do throws(SolverError) {
      return try solveRefining(index: index, seed: seed)
    } catch {
      throw SolverError.sample(index: index, seed: seed, problem: P.card.identifier, cause: error)
    }
  }

  private func solveRefining(index: Int, seed: UInt64) throws(SolverError) -> SolvedSample {
    let settings = problem.trajectory
    var points = settings.workingPoints
    while true {
      let stepper = stepper(points: points)
      problem.prepare(stepper.system, index: index, seed: seed)
      let initial = problem.initialState(of: stepper.system, index: index, seed: seed)
      let integration = VerifiedIntegration(
        stepper: stepper, tolerance: settings.tolerance, times: settings.times, startTime: 0)
      do throws(SolverError) {
        let result = try integration.run(
          from: initial, stepGuess: problem.stepGuess(initial, on: stepper.system))
        return SolvedSample(
          fields: [result.records.flatMap { problem.output($0, of: stepper.system) }]
            + problem.companions(initial, of: stepper.system, index: index, seed: seed),
          quality: TrajectoryMeasures.values(of: result, points: points))
      } catch {
        guard case .underResolved(let tail, let tolerance) = error else { throw error }
        guard 2 * points <= settings.maximumPoints else {
          throw .resolutionExhausted(points: points, tail: tail, tolerance: tolerance)
        }
        points *= 2
      }
    }
  }

  private func stepper(points: Int) -> ExponentialStepper<P.System> {
    if let known = steppers[points] { return known }
    let made = ExponentialStepper(problem.makeSystem(points: points), table: problem.trajectory.table)
    steppers[points] = made
    return made
  }
}
