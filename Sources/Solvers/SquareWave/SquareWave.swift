import Fields
import RealModule
import Tensors

/// Advection of discontinuous functions, a test of operators on jumps; the solution is exact.
///
///     u_t + c u_x = 0,   x in [0, 1) periodic
///     u(x, 0) = h [|x-m| < w/2] + √max(0, b² - p²(x-n)²)
///
/// - Shape: field `u`: `[times, points]`.
/// - References: L. Lu et al., A comprehensive and fair comparison of two neural operators, Comput. Methods
///   Appl. Mech. Eng. 393 (2022) 114778.
public struct SquareWave: Problem {
  public static let card = ProblemCard(
    identifier: "square-wave", title: "Advection of square waves and half ellipses, periodic, 1-D",
    equation: "u_t + c u_x = 0",
    citation: "Lu et al., A fair comparison of two neural operators, CMAME 2022, arXiv:2111.05512",
    spatialDimensions: 1)

  /// What the initial states are made of.
  public enum Shape: String, Sendable, CaseIterable {
    case square
    case squareAndEllipse = "square-and-ellipse"
  }

  let shape: Shape
  let speed: Double
  let points: Int
  let times: [Double]
  let width: ClosedRange<Double>
  let height: ClosedRange<Double>

  public var layout: SampleLayout {
    SampleLayout(
      axes: [
        GridAxis(
          name: "x", coordinates: (0..<points).map { Double($0) / Double(points) }, boundary: .periodic)
      ],
      times: times, fields: [.init(name: "u", longName: "transported quantity", dependsOnTime: true)])
  }

  public var mapping: FieldMapping { .initialToFinal(field: "u") }

  /// None: the solution is exact.
  public var qualityMeasures: [QualityMeasure] { [] }

  public var parameters: [(name: String, value: ProblemParameter)] {
    [
      ("speed", .number(speed)), ("shape", .text(shape.rawValue)),
      ("minimumWidth", .number(width.lowerBound)), ("maximumWidth", .number(width.upperBound)),
      ("minimumHeight", .number(height.lowerBound)), ("maximumHeight", .number(height.upperBound)),
    ]
  }

  public var estimate: CostEstimate {
    CostEstimate(
      bytesPerWorker: points * times.count * 8, secondsPerSample: 1e-8 * Double(points * times.count))
  }

  public func makeSolver() -> any SampleSolver { ShiftSolver(problem: self) }
}

/// Evaluates the shifted initial state.
private final class ShiftSolver: SampleSolver {
  private let problem: SquareWave

  init(problem: SquareWave) { self.problem = problem }

  func solve(index: Int, seed: UInt64) throws -> SolvedSample {
    let generator = Philox(seed: seed, stream: "initial-condition")
    let square = generator.uniforms(UInt64(index), 0)
    let ellipse = generator.uniforms(UInt64(index), 1)
    func pick(_ range: ClosedRange<Double>, _ uniform: Double) -> Double {
      range.lowerBound + (range.upperBound - range.lowerBound) * uniform
    }
    let (width, height, centre) = (pick(problem.width, square[0]), pick(problem.height, square[1]), square[2])
    let (span, rise, middle) = (pick(problem.width, ellipse[0]), pick(problem.height, ellipse[1]), ellipse[2])
    let hasEllipse = problem.shape == .squareAndEllipse
    var values: [Double] = []
    values.reserveCapacity(problem.points * problem.times.count)
    for time in problem.times {
      for i in 0..<problem.points {
        let x = Double(i) / Double(problem.points) - problem.speed * time
        var value = abs(SquareWave.offset(x - centre)) < width / 2 ? height : 0
        if hasEllipse {
          let reach = 2 * SquareWave.offset(x - middle) / span
          value += rise * max(0, 1 - reach * reach).squareRoot()
        }
        values.append(value)
      }
    }
    return SolvedSample(fields: [values], quality: [:])
  }
}

extension SquareWave {
  /// The representative of a difference on the circle in [-½, ½].
  static func offset(_ x: Double) -> Double { x - x.rounded() }
}
