import Configuration
import Fields
import Foundation
import Solvers
import Tensors

/// u_t = ν u_xx on the circle from a few random modes, solved mode by mode.
struct HeatModes: Problem {
  static let card = ProblemCard(
    identifier: "heat-modes", title: "Heat equation from a few modes", equation: "u_t = ν u_xx",
    citation: "an example; no paper", spatialDimensions: 1)
  static let smokeConfiguration = #"{"type": "heat-modes", "points": 16}"#

  let viscosity: Double
  let points: Int
  let modes: Int

  init(from reader: ConfigReader) throws {
    viscosity = try reader.double("viscosity", default: 0.01, exclusiveMinimum: 0, doc: "ν")
    points = try reader.int("points", default: 64, in: 2...65536, doc: "points of the output grid")
    modes = try reader.int("modes", default: 5, in: 1...512, doc: "modes of the initial state")
  }

  var layout: SampleLayout {
    let x = (0..<points).map { Double($0) / Double(points) }
    return SampleLayout(
      axes: [GridAxis(name: "x", coordinates: x, boundary: .periodic)], times: [0, 1],
      fields: [.init(name: "u", longName: "temperature", dependsOnTime: true)])
  }
  var mapping: FieldMapping { .initialToFinal(field: "u") }
  var qualityMeasures: [QualityMeasure] { [] }
  var parameters: [(name: String, value: ProblemParameter)] { [("viscosity", .number(viscosity))] }
  var estimate: CostEstimate { CostEstimate(bytesPerWorker: 16 * points, secondsPerSample: 1e-7 * Double(points)) }

  func makeSolver() -> any SampleSolver { Solver(problem: self) }

  final class Solver: SampleSolver {
    let problem: HeatModes
    init(problem: HeatModes) { self.problem = problem }

    func solve(index: Int, seed: UInt64) throws -> SolvedSample {
      let numbers = Philox(seed: seed, stream: "heat-modes")
      var values: [Double] = []
      for time in [0.0, 1.0] {
        for j in 0..<problem.points {
          values.append(
            (1...problem.modes).reduce(0.0) { sum, k in
              let angle = 2 * Double.pi * Double(k) * Double(j) / Double(problem.points)
              let rate = problem.viscosity * pow(2 * Double.pi * Double(k), 2)
              let (a, b) = numbers.normals(UInt64(index), UInt64(k))
              return sum + exp(-rate * time) * (a * cos(angle) + b * sin(angle))
            })
        }
      }
      return SolvedSample(fields: [values], quality: [:])
    }
  }
}
