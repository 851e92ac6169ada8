import Solvers
import Spectral
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

  @Test("neuraloperator's Burgers set from its own initial states")
  func neuraloperatorBurgers() throws {
    guard let path = VerificationData.path("third-party/burgers_train_16.pt") else { return }
    let archive = try TorchArchive(path: path)
    // Column-major: 1200 samples run fastest, then 17 records 0.06 apart, then 16 points.
    let (samples, points) = (1200, 16)
    let stored = try archive.doubles("data/1")
    func record(_ sample: Int, _ time: Int) -> [Double] {
      (0..<points).map { stored[sample + samples * (time + 17 * $0)] }
    }
    let transform = RealTransform(shape: [points])
    var worst = 0.0
    for sample in stride(from: 0, to: samples, by: 100) {
      let spectrum = WorkArray(count: 2 * transform.modeCount)
      transform.forward(WorkArray(record(sample, 0)), to: spectrum)
      let march = LineMarch(.burgers(viscosity: 0.01), points: 384)
      let initial = WorkArray(count: 2 * march.system.modeCount)
      for i in 0..<points { initial[i] = spectrum[i] / Double(points) }
      march.stepper.start(from: initial, time: 0)
      for time in 1...16 {
        march.advance(by: 0.06, steps: 12)
        // Values on the coarse grid, with all the modes that the solution has by then.
        worst = max(worst, worstDifference(march.samples(every: 24), record(sample, time)).difference)
      }
    }
    expectBar("neuraloperator's Burgers set: largest difference", worst, atMost: 5e-4)
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
    expectBar("\(name): largest difference", worst, atMost: tolerance)
  }
}
