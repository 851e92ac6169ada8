import Fields
import RealModule
import Tensors

/// Solution operators of ordinary differential equations driven by a random function, the function sets of
/// DeepONet.
///
///     antiderivative   s' = u                       s(0) = 0
///     nonlinear        s' = -s² + u                 s(0) = 0
///     pendulum         s'' = -k sin s + u           s(0) = s'(0) = 0
///
/// u is a Gaussian process with a radial basis kernel (``RadialBasisProcess``).
///
/// - Shape: fields `u` and `s`: `[points]`, on i·finalTime/(points-1). With queries, `points` and `s`: `[queries]`, places
///   uniform on the interval.
/// - References: L. Lu et al., Learning nonlinear operators via DeepONet, Nature Machine Intelligence 3 (2021).
public struct OrdinaryEquation: Problem {
  public static let card = ProblemCard(
    identifier: "ode", title: "Ordinary differential equations driven by a random function (DeepONet)",
    equation: "s' = u,  s' = -s² + u,  or  s'' = -k sin s + u",
    citation:
      "Lu et al., Learning nonlinear operators via DeepONet, Nature Machine Intelligence 2021, arXiv:1910.03193",
    spatialDimensions: 1)

  /// Which equation, with its constant.
  public enum Equation: Sendable, Equatable {
    /// With s on the grid, or at so many random points of each sample.
    case antiderivative(queries: Int)
    case nonlinear
    case pendulum(stiffness: Double)

    var name: String {
      switch self {
      case .antiderivative: "antiderivative"
      case .nonlinear: "nonlinear"
      case .pendulum: "pendulum"
      }
    }
  }

  let equation: Equation
  let points: Int
  let finalTime: Double
  let process: RadialBasisProcess
  let integrator: VerifiedRungeKutta

  var coordinates: [Double] { (0..<points).map { finalTime * Double($0) / Double(points - 1) } }

  /// Random points of a sample; 0 where the solution is given on the grid.
  private var queries: Int {
    if case .antiderivative(let count) = equation { count } else { 0 }
  }

  public var layout: SampleLayout {
    let isScattered = queries > 0
    return SampleLayout(
      axes: [GridAxis(name: "x", coordinates: coordinates, boundary: .closed)],
      fields: [.init(name: "u", longName: "driving function")]
        + (isScattered ? [.init(name: "points", longName: "places of the solution", isOnPoints: true)] : [])
        + [.init(name: "s", longName: "solution", isOnPoints: isScattered)], pointCount: queries)
  }

  public var mapping: FieldMapping {
    queries > 0
      ? .points(inputs: ["u"], points: "points", outputs: ["s"]) : .steady(inputs: ["u"], outputs: ["s"])
  }
  public var qualityMeasures: [QualityMeasure] { StepDoublingMeasures.all }

  public var parameters: [(name: String, value: ProblemParameter)] {
    var list: [(name: String, value: ProblemParameter)] = [
      ("ode", .text(equation.name)), ("finalTime", .number(finalTime)),
    ]
    if case .pendulum(let stiffness) = equation { list.append(("stiffness", .number(stiffness))) }
    return list + process.parameters()
  }

  public var estimate: CostEstimate { CostEstimate(bytesPerWorker: points * 64, secondsPerSample: 1e-3) }

  public func makeSolver() -> any SampleSolver { OrdinarySampleSolver(self) }
}

/// Draws driving functions and integrates them.
private final class OrdinarySampleSolver: SampleSolver {
  private let problem: OrdinaryEquation

  init(_ problem: OrdinaryEquation) { self.problem = problem }

  func solve(index: Int, seed: UInt64) throws -> SolvedSample {
    let u = problem.process.draw(index: index, seed: seed)
    let input = problem.coordinates.map { u($0) }
    switch problem.equation {
    case .antiderivative(let queries) where queries > 0:
      let s = u.antiderivative()
      let numbers = Philox(seed: seed, stream: "queries")
      let places = (0..<queries).map { problem.finalTime * numbers.uniforms(UInt64(index), UInt64($0))[0] }
      return SolvedSample(
        fields: [input, places, places.map { s($0) }], quality: StepDoublingMeasures.exact)
    case .antiderivative:
      let s = u.antiderivative()
      return SolvedSample(
        fields: [input, problem.coordinates.map { s($0) }], quality: StepDoublingMeasures.exact)
    case .nonlinear: return try integrate(RiccatiEquation(u: u), input, index, seed)
    case .pendulum(let stiffness):
      return try integrate(Pendulum(u: u, stiffness: stiffness), input, index, seed)
    }
  }

  private func integrate(_ system: some OrdinarySystem, _ input: [Double], _ index: Int, _ seed: UInt64)
    throws
    -> SolvedSample
  {
    do throws(SolverError) {
      let outcome = try problem.integrator.solve(
        system, finalTime: problem.finalTime, outputs: problem.points - 1)
      return SolvedSample(
        fields: [input, outcome.states.map { $0[0] }], quality: StepDoublingMeasures.values(of: outcome))
    } catch {
      throw SolverError.sample(
        index: index, seed: seed, problem: OrdinaryEquation.card.identifier, cause: error)
    }
  }
}

/// s' = -s² + u.
private struct RiccatiEquation: OrdinarySystem {
  let u: ChebyshevSeries
  var dimension: Int { 1 }

  func evaluate(_ t: Double, _ y: UnsafePointer<Double>, _ rate: UnsafeMutablePointer<Double>) {
    rate[0] = u(t) - y[0] * y[0]
  }
}

/// Angle and angular velocity of s'' = -k sin s + u.
private struct Pendulum: OrdinarySystem {
  let u: ChebyshevSeries
  let stiffness: Double
  var dimension: Int { 2 }

  func evaluate(_ t: Double, _ y: UnsafePointer<Double>, _ rate: UnsafeMutablePointer<Double>) {
    rate[0] = y[1]
    rate[1] = u(t) - stiffness * .sin(y[0])
  }
}
