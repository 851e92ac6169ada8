import Fields
import LinearAlgebra
import RealModule

/// Time-harmonic waves in a random medium on the unit square.
///
///     -Δu - (ω/c)² u = f,   c = base + tanh ψ,   ψ ~ N(0, σ²(-Δ+τ²)^(-α)), the lowest Neumann modes
///
/// `flux`: the set of de Hoop et al., f = 0 and a unit flux through the middle of one side; `dirichlet`: u = 0
/// on the boundary, f = 1.
///
/// - Shape: fields `speed` and `solution`: `[points, points]`, vertices i/(points-1).
/// - References: M. de Hoop, D. Z. Huang, E. Qian, A. M. Stuart, The cost-accuracy trade-off in operator learning
///   with neural networks, J. Machine Learning 1 (2022) 299–341.
public struct Helmholtz: Problem {
  public static let card = ProblemCard(
    identifier: "helmholtz", title: "Helmholtz equation with a random speed of sound, 2-D",
    equation: "-Δu - (ω/c)² u = f,  u = 0 or a flux on the boundary",
    citation:
      "de Hoop et al., The cost-accuracy trade-off in operator learning, J. Machine Learning 2022, arXiv:2203.13181",
    spatialDimensions: 2)

  let points: Int
  let boundary: HelmholtzDiscretization.Boundary
  let frequency: Double
  let baseSpeed: Double
  let covariance: GaussianCovariance
  let modes: Int

  public var layout: SampleLayout {
    let coordinates = (0..<points).map { SquareGrid.vertex.coordinate($0, of: points) }
    return SampleLayout(
      axes: ["x", "y"].map { GridAxis(name: $0, coordinates: coordinates, boundary: .closed) },
      fields: [
        .init(name: "speed", longName: "speed of sound"),
        .init(name: "solution", longName: "pressure amplitude"),
      ])
  }

  public var mapping: FieldMapping { .steady(inputs: ["speed"], outputs: ["solution"]) }

  public var qualityMeasures: [QualityMeasure] {
    [
      QualityMeasure(name: "residual", longName: "backward error of the linear system"),
      QualityMeasure(name: "condition", longName: "condition number of the linear system"),
      QualityMeasure(
        name: "phaseError", longName: "estimated dispersion of the grid across the square, radians"),
    ]
  }

  public var parameters: [(name: String, value: ProblemParameter)] {
    [
      ("boundary", .text(boundary.rawValue)), ("frequency", .number(frequency)),
      ("baseSpeed", .number(baseSpeed)), ("speedModes", .number(Double(modes))),
    ] + covariance.parameters(prefix: "speed")
  }

  public var estimate: CostEstimate {
    let size = Double(points)
    return CostEstimate(
      bytesPerWorker: points * points * points * 24 * 2, secondsPerSample: 1e-9 * size * size * size * size)
  }

  public func makeSolver() -> any SampleSolver { HelmholtzSolver(self) }
}

/// Draws speeds and solves for the waves.
private final class HelmholtzSolver: SampleSolver {
  private let problem: Helmholtz
  private let field: SquareGaussianField
  private let discretization: HelmholtzDiscretization

  init(_ problem: Helmholtz) {
    self.problem = problem
    field = SquareGaussianField(
      points: problem.points, atVertices: true, modes: Helmholtz.largestWavenumber(modes: problem.modes),
      covariance: problem.covariance, stream: "speed", lowest: problem.modes)
    discretization = HelmholtzDiscretization(cells: problem.points - 1, boundary: problem.boundary)
  }

  func solve(index: Int, seed: UInt64) throws -> SolvedSample {
    field.draw(index: index, seed: seed)
    let speed = field.values.values.map { problem.baseSpeed + .tanh($0) }
    let solution = try discretization.solve(frequency: problem.frequency, speed: speed)
    // Bilinear elements carry a wave of number k too slowly by the part (kh)²/24.
    let largest = problem.frequency / (speed.min() ?? 1)
    let spacing = 1 / Double(problem.points - 1)
    let phase = .pow(largest, 3) * spacing * spacing / 24
    return SolvedSample(
      fields: [speed, solution.values],
      quality: ["residual": solution.residual, "condition": solution.condition, "phaseError": phase])
  }
}
