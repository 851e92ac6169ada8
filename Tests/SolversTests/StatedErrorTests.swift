import Fields
import Solvers
import Testing

@Suite("Stated time errors")
struct StatedErrorTests {
  /// Problems with rough and with smooth initial states, mild and stiff; a diffusion of 0.5 beside a reaction of 1 is
  /// where the scheme shows less than its order.
  private static let problems: [(records: Int, text: String)] = [
    (2, #""type": "burgers", "points": 64, "times": [0.1, 0.2], "viscosity": 0.02"#),
    (
      3,
      #""type": "reaction-diffusion", "diffusivity": 0.5, "rate": 1, "points": 256, "times": [0.25, 0.5, 1], "#
        + #""initial": {"type": "pdebench", "normalized": true}"#
    ),
    (2, #""type": "allen-cahn", "points": 64, "times": [0.5, 1]"#),
    (3, #""type": "navier-stokes", "points": 32, "times": [0.5, 1, 2], "viscosity": 1e-3"#),
  ]

  @Test("the true error is at most a tenth above the stated one", arguments: problems, [1e-5, 1e-7])
  func holds(_ problem: (records: Int, text: String), _ tolerance: Double) throws {
    for index in 0..<3 {
      func solve(_ tolerance: Double) throws -> SolvedSample {
        try solveSample("{\(problem.text), \"accuracy\": {\"timeTolerance\": \(tolerance)}}", index: index)
      }
      let (sample, reference) = (try solve(tolerance), try solve(1e-11))
      let stated = try #require(sample.quality["timeError"])
      let truth = worstDistance(sample.fields[0], reference.fields[0], times: problem.records)
      #expect(stated <= tolerance)
      let both = Comment("\(problem.text), sample \(index): true error \(truth), stated \(stated)")
      #expect(truth <= 1.1 * stated, both)
      // Steps that fill an interval between outputs have no partner that would show their order: 2⁴ - 1 times too much.
      #expect(truth >= stated / 20, both)
    }
  }

  /// The largest relative L² distance of the records of two fields.
  private func worstDistance(_ field: [Double], _ reference: [Double], times: Int) -> Double {
    let size = field.count / times
    return (0..<times).map { time in
      let (a, b) = (rows(field, of: size, time), rows(reference, of: size, time))
      let distance = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return (distance / b.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }.max() ?? 0
  }

  @Test("the order that distances show is used where it is the lower one")
  func orders() {
    let estimate = RichardsonEstimate(order: 4)
    #expect(estimate.error([15], after: nil) == 1)
    #expect(estimate.error([15, 3], after: [240, 3]) == 1)
    #expect(estimate.error([15], after: [60]) == 5)
    // More than is promised, less than the first order, and nothing to tell.
    #expect(estimate.error([15], after: [250]) == 1)
    #expect(estimate.error([7], after: [4000]) == 1)
    #expect(estimate.error([15], after: [20]) == 15)
    #expect(estimate.error([7], after: [.infinity]) == 1)
    #expect(estimate.error([0, 0], after: [0, 0]) == 0)
    #expect(estimate.error([1, .infinity], after: nil) == .infinity)
    #expect(estimate.error([.nan, 1], after: [1, 1]) == .infinity)
  }

  @Test("a joined mesh covers the same time with steps twice as long where they have partners")
  func joinedMesh() {
    let mesh = TimeMesh(intervals: [
      [.init(level: 3, steps: 5), .init(level: 2, steps: 1), .init(level: 3, steps: 1)],
      [.init(level: 0, steps: 1)], [],
    ])
    let joined = mesh.joined
    #expect(
      joined.intervals == [
        [
          .init(level: 2, steps: 2), .init(level: 3, steps: 1), .init(level: 2, steps: 1),
          .init(level: 3, steps: 1),
        ], [.init(level: 0, steps: 1)], [],
      ])
  }
}
