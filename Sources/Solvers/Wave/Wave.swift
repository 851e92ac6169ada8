import ComplexModule
import Fields
import Spectral

/// The wave equation on a square torus.
///
///     u_tt = c² Δu,   u_t(·, 0) = 0,   (x, y) in [0, ℓ)² periodic
///
/// Defaults: c = 1, ℓ = 1, Gaussian bumps, times 0…1 on 64² points.
///
/// - Shape: field `wave`: `[times, 2, points, points]`, channels displacement and velocity.
/// - References: L. C. Evans, Partial Differential Equations, AMS 2010, sec. 2.4.
public struct Wave: PlaneProblem {
  public static let card = ProblemCard(
    identifier: "wave", title: "Wave equation, periodic, 2-D", equation: "u_tt = c² Δu",
    citation: "Evans, Partial Differential Equations, AMS 2010, sec. 2.4", spatialDimensions: 2)
  static let field = (name: "wave", longName: "displacement and velocity")
  static let channels = ["displacement", "velocity"]

  let speed: Double
  let plane: PlaneConfiguration

  var constants: [(name: String, value: ProblemParameter)] { [("speed", .number(speed))] }

  /// The state is p = û_t + iωû, then q = û_t - iωû, ω = c|κ|, which are multiplied by e^{±iωt}; its norm is that of the
  /// energy. The mean, where both coincide, is kept as p = û, q = û_t = 0.
  func makeSystem(points: Int) -> PlaneSystem {
    let speed = speed
    return PlaneSystem(
      points: points, length: plane.length,
      symbols: [
        { Complex(0, speed * ($0 * $0 + $1 * $1).squareRoot()) },
        { Complex(0, -speed * ($0 * $0 + $1 * $1).squareRoot()) },
      ], reaction: nil)
  }

  func initialState(of system: PlaneSystem, index: Int, seed: UInt64) -> WorkArray {
    let drawn = plane.initial.coefficients(on: system.plane, index: index, seed: seed)
    let count = system.plane.count
    let state = WorkArray(count: 4 * count)
    state[0] = drawn[0]
    for i in 1..<count {
      let omega = system.symbol[i].imaginary
      let value = Complex(0, omega) * Complex(drawn.pointer[2 * i], drawn.pointer[2 * i + 1])
      set(state, i, value)
      set(state, count + i, -value)
    }
    return state
  }

  func output(_ state: WorkArray, of system: PlaneSystem) -> [Double] {
    let count = system.plane.count
    let displacement = WorkArray(count: 2 * count)
    let velocity = WorkArray(count: 2 * count)
    displacement[0] = state[0]
    for i in 1..<count {
      let p = Complex(state.pointer[2 * i], state.pointer[2 * i + 1])
      let q = Complex(state.pointer[2 * (count + i)], state.pointer[2 * (count + i) + 1])
      let omega = system.symbol[i].imaginary
      set(displacement, i, (p - q) * Complex(0, -0.5 / omega))
      set(velocity, i, (p + q) * Complex(0.5))
    }
    return [displacement, velocity].flatMap { system.plane.values(of: $0.pointer, points: plane.points) }
  }

  private func set(_ state: WorkArray, _ i: Int, _ value: Complex<Double>) {
    state.pointer[2 * i] = value.real
    state.pointer[2 * i + 1] = value.imaginary
  }
}
