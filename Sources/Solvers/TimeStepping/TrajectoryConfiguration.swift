import Configuration
import Diagnostics

/// The part of a configuration that all time-dependent periodic problems share.
struct TrajectoryConfiguration: Sendable {
  /// Output times, increasing, all ≥ 0.
  var times: [Double]
  var table: ExponentialTable
  var tolerance: IntegrationTolerance
  /// Grid points per direction of the first attempt; the kept modes follow from it.
  var workingPoints: Int
  var maximumPoints: Int

  struct Defaults {
    var finalTime: Double
    var snapshots: Int
    /// Whether time 0 is the first of the snapshots.
    var includesInitial: Bool
    var timeTolerance: Double
    var tailTolerance: Double
    var maximumPoints: Int
  }

  /// - Parameter automaticPoints: the working grid when none is configured.
  init(from reader: ConfigReader, defaults: Defaults, automaticPoints: Int) throws {
    let finalTime = try reader.double(
      "finalTime", default: defaults.finalTime, in: 0...1e6, exclusiveMinimum: 0, doc: "last output time")
    let snapshots = try reader.int(
      "snapshots", default: defaults.snapshots, in: (defaults.includesInitial ? 2 : 1)...100_000,
      doc: "equally spaced output times" + (defaults.includesInitial ? ", the first of them 0" : " after 0"))
    let gaps = Double(max(1, defaults.includesInitial ? snapshots - 1 : snapshots))
    let first = defaults.includesInitial ? 0 : 1
    times = try reader.doubles(
      "times", default: (0..<snapshots).map { finalTime * (Double($0 + first) / gaps) }, each: 0...1e6,
      doc: "output times, increasing; instead of finalTime and snapshots")
    let scheme: ExponentialTable.Name = try reader.choice(
      "scheme", default: .etdrk4, doc: "time stepper")
    table = scheme.table
    workingPoints = try reader.int(
      "workingPoints", default: automaticPoints, in: 8...1_048_576,
      doc: "grid points per direction that the solver starts with; modes below a third of it are kept")
    let accuracy = try reader.section("accuracy", doc: "what a sample must reach to be written")
    tolerance = IntegrationTolerance(
      time: try accuracy.double(
        "timeTolerance", default: defaults.timeTolerance, in: 1e-13...1,
        doc: "largest estimated relative L2 error in time at any output time"),
      tail: try accuracy.double(
        "tailTolerance", default: defaults.tailTolerance, in: 1e-16...1,
        doc: "largest relative L2 norm of the outer tenth of the kept modes after the initial time"))
    maximumPoints = try accuracy.int(
      "maximumPoints", default: max(defaults.maximumPoints, workingPoints), in: 8...1_048_576,
      doc: "grid points per direction up to which an under-resolved sample is solved again")
    for i in times.indices.dropFirst() where times[i] <= times[i - 1] {
      throw reader.fail(
        "times[\(i)]", "output times must increase: \(times[i]) follows \(times[i - 1])",
        fix: "sort the list and remove repetitions")
    }
    guard let last = times.last, last > 0 else {
      throw reader.fail("times", "the last output time must be positive", fix: "add a later time")
    }
    guard maximumPoints >= workingPoints else {
      throw accuracy.fail(
        "maximumPoints", "maximumPoints = \(maximumPoints) is below workingPoints = \(workingPoints)",
        fix: "set maximumPoints to \(workingPoints) or more")
    }
  }
}
