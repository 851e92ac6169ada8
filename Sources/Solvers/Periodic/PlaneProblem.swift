import Configuration
import Fields
import RealModule
import Spectral

/// The part of a configuration that the problems on a square torus share.
struct PlaneConfiguration: Sendable {
  let length: Double
  let points: Int
  let initial: PlaneInitialState
  let trajectory: TrajectoryConfiguration

  struct Defaults {
    var length = 1.0
    var points: Int
    var initial: PlaneInitialState.Defaults
    var trajectory: TrajectoryConfiguration.Defaults
    /// Modes kept even where fewer points are stored.
    var fewestModes = 31
  }

  /// - Parameter degree: of the highest product, on which the working grid depends.
  init(from reader: ConfigReader, defaults: Defaults, degree: Int) throws {
    length = try reader.double(
      "length", default: defaults.length, in: 0...1e6, exclusiveMinimum: 0, doc: "side ℓ of the square")
    points = try reader.int(
      "points", default: defaults.points, in: 4...4096, doc: "stored grid points per direction")
    initial = try PlaneInitialState(from: reader, default: defaults.initial)
    // Every mode of the stored grid is carried.
    let modes = max(defaults.fewestModes, (points - 1) / 2)
    trajectory = try TrajectoryConfiguration(
      from: reader, defaults: defaults.trajectory,
      automaticPoints: FourierLength.dealiased(modes: modes, degree: degree))
  }
}

/// A problem on a square torus with the fields of a ``PlaneSystem``, stored as channels of one variable where there
/// are several.
///
/// - Shape: `[times, points, points]`, or `[times, channels, points, points]`; axes x, y.
protocol PlaneProblem: Problem, TrajectoryProblem where System == PlaneSystem {
  static var field: (name: String, longName: String) { get }
  static var channels: [String] { get }
  var plane: PlaneConfiguration { get }
  /// Constants of the PDE, written into files.
  var constants: [(name: String, value: ProblemParameter)] { get }
}

extension PlaneProblem {
  public var layout: SampleLayout {
    let (points, length) = (plane.points, plane.length)
    let coordinates = (0..<points).map { length * (Double($0) / Double(points)) }
    return SampleLayout(
      axes: ["x", "y"].map { GridAxis(name: $0, coordinates: coordinates, boundary: .periodic) },
      times: trajectory.times,
      fields: [
        .init(
          name: Self.field.name, longName: Self.field.longName, dependsOnTime: true, channels: Self.channels)
      ])
  }

  public var mapping: FieldMapping { .initialToFinal(field: Self.field.name) }
  public var qualityMeasures: [QualityMeasure] { TrajectoryMeasures.all }

  public var parameters: [(name: String, value: ProblemParameter)] {
    constants + [("length", .number(plane.length))] + plane.initial.parameters
      + [("scheme", .text(trajectory.table.name))]
  }

  /// Steps of half the reaction's time, or one per record without a reaction.
  public var estimate: CostEstimate {
    let points = Double(trajectory.workingPoints)
    let fields = Double(max(1, Self.channels.count))
    let guess = makeSystem(points: 16).stepGuess
    let duration = trajectory.times.last ?? 1
    let steps = Double(trajectory.times.count) + (guess.isFinite ? duration / guess : 0)
    let evaluation = 0.6e-9 * (fields + 1) * points * points * .log2(points)
    return CostEstimate(
      bytesPerWorker: Int(fields) * trajectory.workingPoints * trajectory.workingPoints * 8
        * (20 + trajectory.times.count),
      secondsPerSample: 6 * steps * evaluation)
  }

  public func makeSolver() -> any SampleSolver { TrajectorySolver(self) }

  static var channels: [String] { [] }
  var trajectory: TrajectoryConfiguration { plane.trajectory }

  func initialState(of system: PlaneSystem, index: Int, seed: UInt64) -> WorkArray {
    plane.initial.coefficients(on: system.plane, index: index, seed: seed)
  }

  func stepGuess(_ initial: WorkArray, on system: PlaneSystem) -> Double { system.stepGuess }

  func output(_ state: WorkArray, of system: PlaneSystem) -> [Double] {
    let fields = state.count / (2 * system.plane.count)
    return (0..<fields).flatMap {
      system.plane.values(of: state.pointer + 2 * $0 * system.plane.count, points: plane.points)
    }
  }
}
