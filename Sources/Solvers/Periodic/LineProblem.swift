import Configuration
import Fields
import RealModule
import Spectral

/// The part of a configuration that all problems on a circle share.
struct LineConfiguration: Sendable {
  let length: Double
  let points: Int
  let initial: LineInitialState
  let trajectory: TrajectoryConfiguration

  struct Defaults {
    var length = 1.0
    var points: Int
    var initial: LineInitialState.Defaults
    var trajectory: TrajectoryConfiguration.Defaults
    /// Modes kept even where fewer points are stored.
    var fewestModes = 127
  }

  /// - Parameter degree: of the highest product, on which the working grid depends.
  init(from reader: ConfigReader, defaults: Defaults, degree: Int) throws {
    length = try reader.double(
      "length", default: defaults.length, in: 0...1e6, exclusiveMinimum: 0, doc: "length ℓ of the circle")
    points = try reader.int("points", default: defaults.points, in: 4...65_536, doc: "stored grid points")
    initial = try LineInitialState(from: reader, default: defaults.initial)
    // Every mode of the stored grid is carried.
    let modes = max(defaults.fewestModes, (points - 1) / 2)
    trajectory = try TrajectoryConfiguration(
      from: reader, defaults: defaults.trajectory,
      automaticPoints: FourierLength.dealiased(modes: modes, degree: degree))
  }
}

/// A scalar problem on a circle: what differs between two of them is its equation, its constants and its defaults.
///
/// - Shape: one field, `[times, points]`.
protocol LineProblem: Problem, TrajectoryProblem where System == LineSystem {
  static var field: (name: String, longName: String) { get }
  var line: LineConfiguration { get }
  var equation: LineEquation { get }
  /// Constants of the PDE, written into files.
  var constants: [(name: String, value: ProblemParameter)] { get }
}

extension LineProblem {
  public var layout: SampleLayout {
    let (points, length) = (line.points, line.length)
    let axis = GridAxis(
      name: "x", coordinates: (0..<points).map { length * (Double($0) / Double(points)) }, boundary: .periodic
    )
    return SampleLayout(
      axes: [axis], times: trajectory.times,
      fields: [.init(name: Self.field.name, longName: Self.field.longName, dependsOnTime: true)])
  }

  public var mapping: FieldMapping { .initialToFinal(field: Self.field.name) }
  public var qualityMeasures: [QualityMeasure] { TrajectoryMeasures.all }

  public var parameters: [(name: String, value: ProblemParameter)] {
    constants + [("length", .number(line.length))] + line.initial.parameters
      + [("scheme", .text(trajectory.table.name))]
  }

  /// One transform pair per evaluation; a step per cell at unit speed where anything is multiplied.
  public var estimate: CostEstimate {
    let points = Double(trajectory.workingPoints)
    let duration = trajectory.times.last ?? 1
    let steps = equation.nonlinear == nil ? Double(trajectory.times.count) : duration * points / line.length
    return CostEstimate(
      bytesPerWorker: trajectory.workingPoints * 8 * 60
        + trajectory.times.count * (line.points + trajectory.workingPoints) * 16,
      secondsPerSample: 3e-8 * steps * points + 6e-7 * points * .log2(points))
  }

  public func makeSolver() -> any SampleSolver { TrajectorySolver(self) }

  var trajectory: TrajectoryConfiguration { line.trajectory }

  func makeSystem(points: Int) -> LineSystem { LineSystem(equation, points: points) }

  func initialState(of system: LineSystem, index: Int, seed: UInt64) -> WorkArray {
    line.initial.coefficients(modes: system.modes, index: index, seed: seed)
  }

  func stepGuess(_ initial: WorkArray, on system: LineSystem) -> Double { system.stepGuess(initial) }

  func output(_ state: WorkArray, of system: LineSystem) -> [Double] {
    PeriodicLine.values(of: state.pointer, modes: system.modes, points: line.points)
  }
}
