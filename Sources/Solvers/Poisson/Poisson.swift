import Fields
import RealModule
import Spectral
import Tensors

/// The Poisson equation on the unit square with a random sum of sines as source.
///
///     -Δu = f,  u = 0 on the boundary
///     f = π/K² Σ a_ij (i²+j²)^(-r) sin πix sin πjy,   a_ij ~ U(-1, 1),  1 ≤ i, j ≤ K
///
/// The solution has the modes of the source over π²(i²+j²): it is exact at every point.
///
/// - Shape: fields `source` and `solution`: `[points, points]`, vertices i/(points-1).
/// - References: B. Raonić et al., Convolutional Neural Operators, NeurIPS 2023, arXiv:2302.01178.
public struct Poisson: Problem {
  public static let card = ProblemCard(
    identifier: "poisson", title: "Poisson equation with random sines as source, zero boundary values, 2-D",
    equation: "-Δu = f,  u = 0 on the boundary",
    citation: "Raonić et al., Convolutional Neural Operators, NeurIPS 2023, arXiv:2302.01178",
    spatialDimensions: 2)

  let points: Int
  let modes: Int
  let decay: Double

  public var layout: SampleLayout {
    let coordinates = (0..<points).map { SquareGrid.vertex.coordinate($0, of: points) }
    return SampleLayout(
      axes: ["x", "y"].map { GridAxis(name: $0, coordinates: coordinates, boundary: .closed) },
      fields: [.init(name: "source", longName: "source"), .init(name: "solution", longName: "potential")])
  }

  public var mapping: FieldMapping { .steady(inputs: ["source"], outputs: ["solution"]) }

  /// None: the solution is exact.
  public var qualityMeasures: [QualityMeasure] { [] }

  public var parameters: [(name: String, value: ProblemParameter)] {
    [("modes", .number(Double(modes))), ("decay", .number(decay))]
  }

  public var estimate: CostEstimate {
    let count = Double(points * points)
    return CostEstimate(bytesPerWorker: points * points * 24, secondsPerSample: 1e-8 * count * .log2(count))
  }

  public func makeSolver() -> any SampleSolver { SineSeriesSolver(self) }
}

/// Evaluates source and solution by sine transforms.
private final class SineSeriesSolver: SampleSolver {
  private let problem: Poisson
  private let transform: TrigonometricTransform
  private let values: WorkArray

  init(_ problem: Poisson) {
    self.problem = problem
    let inner = problem.points - 2
    transform = TrigonometricTransform(.sine1, shape: [inner, inner])
    values = WorkArray(count: inner * inner)
  }

  func solve(index: Int, seed: UInt64) throws -> SolvedSample {
    let source = field(index, seed) { _ in 1 }
    let solution = field(index, seed) { 1 / (.pi * .pi * $0) }
    return SolvedSample(fields: [source, solution], quality: [:])
  }

  /// The sum with each mode multiplied by a factor of i²+j², boundary included.
  private func field(_ index: Int, _ seed: UInt64, factor: (Double) -> Double) -> [Double] {
    let (modes, points) = (problem.modes, problem.points)
    let inner = points - 2
    let generator = Philox(seed: seed, stream: "source")
    let scale = .pi / Double(modes * modes)
    values.fill(0)
    for i in 1...modes {
      for j in 1...modes {
        let squared = Double(i * i + j * j)
        let a = 2 * generator.uniforms(UInt64(index), UInt64(i), UInt64(j))[0] - 1
        // The transform doubles each mode along both axes.
        values.pointer[(i - 1) * inner + j - 1] =
          0.25 * scale * a * .pow(squared, -problem.decay) * factor(squared)
      }
    }
    transform.apply(values)
    var result = [Double](repeating: 0, count: points * points)
    for i in 0..<inner {
      for j in 0..<inner { result[(i + 1) * points + j + 1] = values.pointer[i * inner + j] }
    }
    return result
  }
}
