import Fields
import RealModule
import Spectral

/// The viscous Burgers equation on the circle with Gaussian random initial states.
///
///     u_t + (u²/2)_x = ν u_xx,   x in [0, 1) periodic,   u(x, 0) ~ N(0, σ²(-Δ+τ²)^(-α))
///
/// Defaults are those of the FNO paper's set: ν = 0.1, σ² = 625, τ = 5, α = 2, output at times 0 and 1.
///
/// - Shape: field `u`: `[times, points]`.
/// - References: Z. Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, sec. 5.1.
public struct Burgers: Problem, TrajectoryProblem {
  public static let card = ProblemCard(
    identifier: "burgers", title: "Viscous Burgers equation, periodic, 1-D",
    equation: "u_t + (u²/2)_x = ν u_xx",
    citation: "Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, arXiv:2010.08895",
    spatialDimensions: 1)

  let viscosity: Double
  let points: Int
  let covariance: GaussianCovariance
  let trajectory: TrajectoryConfiguration

  public var layout: SampleLayout {
    SampleLayout(
      axes: [
        GridAxis(
          name: "x", coordinates: (0..<points).map { Double($0) / Double(points) }, boundary: .periodic)
      ],
      times: trajectory.times, fields: [.init(name: "u", longName: "velocity", dependsOnTime: true)])
  }

  public var mapping: FieldMapping { .initialToFinal(field: "u") }
  public var qualityMeasures: [QualityMeasure] { TrajectoryMeasures.all }

  public var parameters: [(name: String, value: ProblemParameter)] {
    [("viscosity", .number(viscosity))] + covariance.parameters(prefix: "initial")
      + [("scheme", .text(trajectory.table.name))]
  }

  public var estimate: CostEstimate {
    let points = Double(trajectory.workingPoints)
    return CostEstimate(
      bytesPerWorker: trajectory.workingPoints * 8 * 60 + trajectory.times.count * self.points * 16,
      secondsPerSample: 6e-7 * points * .log2(points))
  }

  public func makeSolver() -> any SampleSolver { TrajectorySolver(self) }

  func makeSystem(points: Int) -> BurgersSystem { BurgersSystem(points: points, viscosity: viscosity) }

  func initialState(of system: BurgersSystem, index: Int, seed: UInt64) -> WorkArray {
    PeriodicGaussianField(covariance: covariance, stream: "initial-condition")
      .line(modes: system.modes, index: index, seed: seed)
  }

  func stepGuess(_ initial: WorkArray, on system: BurgersSystem) -> Double {
    0.5 / (system.maximum(initial) * 2 * .pi * Double(system.modes) + 1)
  }

  func output(_ state: WorkArray, of system: BurgersSystem) -> [Double] {
    PeriodicLine.values(of: state.pointer, modes: system.modes, points: points)
  }
}
