import Solvers
import Spectral

/// One evaluation of the Navier–Stokes advection beside two transforms each way.
enum VorticityCase {
  static func line(points: Int) -> String {
    let system = VorticitySystem(
      points: points, viscosity: 1e-3, meanFlow: (0, 0), forcing: FourierForcing.diagonal(amplitude: 0.1))
    let state = PeriodicGaussianField(
      covariance: GaussianCovariance(variance: 343, tau: 7, alpha: 2.5), stream: "bench"
    ).plane(system.plane, index: 0, seed: 0)
    let result = WorkArray(count: 2 * system.modeCount)
    let solver = Timing.best([{ system.nonlinearTerm(of: state.pointer, time: 0, into: result.pointer) }])[0]
    let transforms = MeasuredTransforms.best(shape: [points, points], repeats: 4)
    return Timing.line(
      "Navier-Stokes, evaluation at \(points)²", solver,
      limit: 2 * (transforms.forward + transforms.backward), bar: "≤ 1.35 of 4 transforms")
  }
}

/// One second-order step of Kuramoto–Sivashinsky beside the transforms of its two evaluations.
enum FlameCase {
  static func line() -> String {
    let points = 1024
    let system = LineSystem(.kuramotoSivashinsky(hyperviscosity: 1, length: 64), points: points)
    let stepper = ExponentialStepper(system, table: .etdrk2)
    let state = RandomSines().line(modes: system.modes, stream: "bench", index: 0, seed: 0)
    stepper.start(from: state, time: 0)
    let solver = Timing.best(
      repeats: 200,
      [
        {
          _ = stepper.propose(1e-3)
          stepper.accept()
        }
      ])[0]
    let transforms = MeasuredTransforms.best(shape: [points], repeats: 200)
    return Timing.line(
      "Kuramoto-Sivashinsky, ETDRK2 step at 1024", solver,
      limit: 2 * (transforms.forward + transforms.backward), bar: "≤ 10 µs, or 1.5 of 4 transforms")
  }
}

/// One evaluation of Gray–Scott beside two transforms one way and one the other.
enum ReactionCase {
  static func line() -> String {
    let points = 128
    let system = PlaneSystem.grayScott(
      points: points, length: 2, feedRate: 0.029, killRate: 0.057, diffusivities: [2e-5, 1e-5])
    let field = PeriodicGaussianField(
      covariance: GaussianCovariance(variance: 343, tau: 7, alpha: 2.5), stream: "bench")
    let state = WorkArray((0..<2).flatMap { field.plane(system.plane, index: $0, seed: 0).values })
    let result = WorkArray(count: 2 * system.modeCount)
    let solver = Timing.best([{ system.nonlinearTerm(of: state.pointer, time: 0, into: result.pointer) }])[0]
    let transforms = MeasuredTransforms.best(shape: [points, points], repeats: 4)
    return Timing.line(
      "Gray-Scott, evaluation at 128²", solver, limit: transforms.forward + 2 * transforms.backward,
      bar: "(no bar)")
  }
}
