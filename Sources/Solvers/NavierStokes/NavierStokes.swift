import Fields
import RealModule
import Spectral

/// 2-D incompressible Navier–Stokes in vorticity form on the unit torus, forced, from Gaussian initial states.
///
///     ω_t + u·∇ω = ν Δω - μω + f,   f = A (sin 2π(x+y) + cos 2π(x+y)),   ω(·, 0) ~ N(0, σ²(-Δ+τ²)^(-α))
///
/// Defaults: ν = 1e-3, A = 0.1, σ² = 7³, τ = 7, α = 2.5, 50 records at t = 1…50 on 64² points. σ² is that of
/// the published code; the paper prints 7^{3/2}, and the files of 2020 have twice the code's later variance
/// (`"normalization": "fno-2020"`). Drag, Kolmogorov and random forcing and seven other
/// distributions of initial states are options.
///
/// - Shape: field `vorticity`: `[times, points, points]`, axes x, y; `forcing`: `[points, points]` if it is random.
/// - References: Z. Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, sec. 5.3.
public struct NavierStokes: Problem, TrajectoryProblem {
  public static let card = ProblemCard(
    identifier: "navier-stokes", title: "Navier-Stokes equation in vorticity form, periodic, 2-D",
    equation: "ω_t + u·∇ω = ν Δω + f,  u = (ψ_y, -ψ_x),  -Δψ = ω",
    citation: "Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, arXiv:2010.08895",
    spatialDimensions: 2)

  let viscosity: Double
  /// μ of the drag -μω.
  let drag: Double
  let forcing: FourierForcing.Shape
  let forcingAmplitude: Double
  let meanFlow: [Double]
  let points: Int
  let inputSteps: Int
  let initial: VorticityInitialState
  let trajectory: TrajectoryConfiguration

  public var layout: SampleLayout {
    let coordinates = (0..<points).map { Double($0) / Double(points) }
    return SampleLayout(
      axes: ["x", "y"].map { GridAxis(name: $0, coordinates: coordinates, boundary: .periodic) },
      times: trajectory.times,
      fields: [.init(name: "vorticity", longName: "vorticity", dependsOnTime: true)]
        + (forcing.isRandom ? [.init(name: "forcing", longName: "curl of the force")] : []))
  }

  /// The first `inputSteps` records to all that follow, or first to last where there are too few records; the forcing
  /// to all records where it is random.
  public var mapping: FieldMapping {
    if forcing.isRandom { return .steady(inputs: ["forcing"], outputs: ["vorticity"]) }
    let records = trajectory.times.count
    return records > inputSteps
      ? .window(field: "vorticity", inputSteps: inputSteps, outputSteps: records - inputSteps)
      : .initialToFinal(field: "vorticity")
  }

  public var qualityMeasures: [QualityMeasure] { TrajectoryMeasures.all }

  public var parameters: [(name: String, value: ProblemParameter)] {
    [
      ("viscosity", .number(viscosity)), ("drag", .number(drag)),
      ("forcingAmplitude", .number(forcingAmplitude)),
      ("meanFlowX", .number(meanFlow[0])), ("meanFlowY", .number(meanFlow[1])),
    ] + forcing.parameters + initial.parameters + [("scheme", .text(trajectory.table.name))]
  }

  public var estimate: CostEstimate {
    let points = Double(trajectory.workingPoints)
    let evaluation = 1.2e-9 * points * points * .log2(points)
    // Steps are limited by advection over a grid cell, at speeds of about 1.
    let steps = (trajectory.times.last ?? 1) * points / 2
    return CostEstimate(
      bytesPerWorker: trajectory.workingPoints * trajectory.workingPoints * 8 * 20
        + 3 * trajectory.times.count * trajectory.workingPoints * trajectory.workingPoints * 4,
      secondsPerSample: 6 * steps * evaluation)
  }

  public func makeSolver() -> any SampleSolver { TrajectorySolver(self) }

  func makeSystem(points: Int) -> VorticitySystem {
    VorticitySystem(
      points: points, viscosity: viscosity, meanFlow: (meanFlow[0], meanFlow[1]),
      forcing: forcing.modes(amplitude: forcingAmplitude), drag: drag)
  }

  func initialState(of system: VorticitySystem, index: Int, seed: UInt64) -> WorkArray {
    initial.coefficients(on: system.plane, index: index, seed: seed)
  }

  func prepare(_ system: VorticitySystem, index: Int, seed: UInt64) {
    guard case .gaussian(let covariance) = forcing else { return }
    let field = PeriodicGaussianField(covariance: covariance, stream: "forcing")
      .plane(system.plane, index: index, seed: seed)
    system.forcing = FourierForcing.packed(field: field, on: system.plane, amplitude: forcingAmplitude)
  }

  func companions(_ initial: WorkArray, of system: VorticitySystem, index: Int, seed: UInt64) -> [[Double]] {
    guard forcing.isRandom else { return [] }
    let field = WorkArray(count: 2 * system.plane.count)
    for mode in system.forcing {
      field.pointer[2 * mode.index] = mode.value.real
      field.pointer[2 * mode.index + 1] = mode.value.imaginary
    }
    return [output(field, of: system)]
  }

  /// The advective limit of fourth-order Runge–Kutta on the imaginary axis.
  func stepGuess(_ initial: WorkArray, on system: VorticitySystem) -> Double {
    2.8 / (system.maximumSpeed(initial) * 2 * .pi * Double(system.plane.modes) + 1)
  }

  func output(_ state: WorkArray, of system: VorticitySystem) -> [Double] {
    system.plane.values(of: state.pointer, points: points)
  }
}
