import Solvers
import TestSupport
import Testing

/// Agreement with solutions that others computed with other codes.
///
/// - References: M. Raissi, Deep hidden physics models, J. Mach. Learn. Res. 19 (2018); files of its repository.
@Suite("Third-party solutions")
struct ReferenceSolutionTests {
  @Test("Korteweg-de Vries from a sine, to t = 20")
  func kortewegDeVries() throws {
    try compare(
      "deephpms_KdV_sine.mat", .kortewegDeVries(steepening: 1, dispersion: 1, length: 40), wave: -.pi / 20,
      points: 1024, records: [50, 100], tolerance: 1e-9, stepsPerRecord: 100)
  }

  @Test("Burgers from a sine, to t = 10")
  func burgers() throws {
    try compare(
      "deephpms_burgers_sine.mat", .burgers(viscosity: 0.1, length: 16), wave: -.pi / 8, points: 1024,
      records: [20, 60, 100, 200], tolerance: 1e-7, stepsPerRecord: 8)
  }

  @Test("Kuramoto-Sivashinsky from a sine, to t = 50")
  func kuramotoSivashinsky() throws {
    try compare(
      "deephpms_KS.mat", .kuramotoSivashinsky(hyperviscosity: 1, length: 20), wave: -.pi / 10, points: 512,
      records: [50, 100, 150, 200, 250], tolerance: 1e-6, stepsPerRecord: 40)
  }

  /// Solves from sin(wave·x) on a circle that is centred at 0 and compares at some of the stored times.
  private func compare(
    _ name: String, _ equation: LineEquation, wave: Double, points: Int, records: [Int], tolerance: Double,
    stepsPerRecord: Int
  ) throws {
    guard let path = VerificationData.path("third-party/" + name) else { return }
    let file = try MATFile(path: path)
    let (times, nodes, solution) = (try file["t"].values, try file["x"].values, try file["usol"])
    // Some files repeat the first point at the end of the period.
    let first = try #require(nodes.first)
    let spacing = nodes[1] - first
    let count = Int((equation.length / spacing).rounded())
    let march = LineMarch(equation, points: points)
    march.start { sine(wave * ($0 + first)) }
    var worst = 0.0
    for (record, time) in times.enumerated().dropFirst() {
      guard let last = records.last, record <= last else { break }
      march.advance(by: time - times[record - 1], steps: stepsPerRecord)
      guard records.contains(record) else { continue }
      let start = record * nodes.count
      #expect(solution.dimensions == [nodes.count, times.count])
      let expected = Array(solution.values[start..<start + count])
      let difference = worstDifference(march.values(points: count), expected).difference
      worst = max(worst, difference)
    }
    print("\(name): largest difference \(worst)")
    #expect(worst <= tolerance, "\(name): \(worst)")
  }
}
