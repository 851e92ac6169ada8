import Fields
import RealModule

/// Diffusion and reaction driven by a random source, a function set of DeepONet.
///
///     s_t = D s_xx + k s² + u(x),   x in (0, 1),   s = 0 at both ends and at time 0
///
/// u is a Gaussian process with a radial basis kernel (``RadialBasisProcess``).
///
/// - Shape: fields `u`: `[points]`, `s`: `[times, points]`.
/// - References: L. Lu et al., Learning nonlinear operators via DeepONet, Nature Machine Intelligence 3 (2021).
public struct SourceReaction: Problem {
  public static let card = ProblemCard(
    identifier: "source-reaction", title: "Diffusion and reaction driven by a random source, 1-D (DeepONet)",
    equation: "s_t = D s_xx + k s² + u(x),  s = 0 at both ends",
    citation:
      "Lu et al., Learning nonlinear operators via DeepONet, Nature Machine Intelligence 2021, arXiv:1910.03193",
    spatialDimensions: 1)

  let diffusivity: Double
  let reaction: Double
  let points: Int
  let times: [Double]
  let process: RadialBasisProcess
  let integrator: VerifiedRungeKutta
  let tailTolerance: Double
  /// Polynomial degree of the first attempt, and the largest that is tried.
  let degrees: (first: Int, last: Int)

  var coordinates: [Double] { (0..<points).map { Double($0) / Double(points - 1) } }

  public var layout: SampleLayout {
    SampleLayout(
      axes: [GridAxis(name: "x", coordinates: coordinates, boundary: .closed)], times: times,
      fields: [
        .init(name: "u", longName: "source"),
        .init(name: "s", longName: "concentration", dependsOnTime: true),
      ])
  }

  public var mapping: FieldMapping { .steady(inputs: ["u"], outputs: ["s"]) }

  public var qualityMeasures: [QualityMeasure] {
    StepDoublingMeasures.all + [
      QualityMeasure(
        name: "spectralTail", longName: "part of the solution in the outer tenth of its polynomials"),
      QualityMeasure(name: "degree", longName: "polynomial degree in space"),
    ]
  }

  public var parameters: [(name: String, value: ProblemParameter)] {
    [("diffusivity", .number(diffusivity)), ("reaction", .number(reaction))] + process.parameters()
  }

  public var estimate: CostEstimate {
    let degree = Double(degrees.first)
    let steps = 0.1 * diffusivity * .pow(degree, 4) * times[times.count - 1] + 64
    return CostEstimate(
      bytesPerWorker: points * times.count * 24 + degrees.last * degrees.last * 8,
      secondsPerSample: steps * degree * degree * 8e-9)
  }

  public func makeSolver() -> any SampleSolver { SourceReactionSolver(self) }
}

/// The equation at the interior Chebyshev points.
private final class CollocatedReaction: OrdinarySystem {
  let degree: Int
  let points: [Double]
  var source: [Double] = []
  private let reaction: Double
  /// D times the second derivative, interior points only, column by column.
  private let matrix: [Double]

  init(degree: Int, diffusivity: Double, reaction: Double) {
    self.degree = degree
    self.reaction = reaction
    let points = ChebyshevSeries.points(degree: degree, length: 1)
    self.points = points
    let first = ChebyshevSeries.differentiation(degree: degree, length: 1)
    let count = degree + 1
    matrix = (0..<(degree - 1) * (degree - 1)).map { at in
      let (j, i) = (at / (degree - 1) + 1, at % (degree - 1) + 1)
      return diffusivity * (0..<count).reduce(0) { $0 + first[i * count + $1] * first[$1 * count + j] }
    }
  }

  var dimension: Int { degree - 1 }

  func evaluate(_ t: Double, _ y: UnsafePointer<Double>, _ rate: UnsafeMutablePointer<Double>) {
    let n = dimension
    matrix.withUnsafeBufferPointer { matrix in
      for i in 0..<n { rate[i] = source[i] + reaction * y[i] * y[i] }
      for j in 0..<n {
        let value = y[j]
        for i in 0..<n { rate[i] += matrix[j &* n &+ i] * value }
      }
    }
  }
}

/// Draws sources and integrates; raises the degree until the solution is resolved.
private final class SourceReactionSolver: SampleSolver {
  private let problem: SourceReaction
  private var systems: [Int: CollocatedReaction] = [:]

  init(_ problem: SourceReaction) { self.problem = problem }

  func solve(index: Int, seed: UInt64) throws -> SolvedSample {
    let u = problem.process.draw(index: index, seed: seed)
    do throws(SolverError) {
      return try solve(u)
    } catch {
      throw SolverError.sample(
        index: index, seed: seed, problem: SourceReaction.card.identifier, cause: error)
    }
  }

  private func solve(_ u: ChebyshevSeries) throws(SolverError) -> SolvedSample {
    let coordinates = problem.coordinates
    var degree = problem.degrees.first
    while true {
      let system = system(degree)
      system.source = system.points[1..<degree].map { u($0) }
      let outcome = try problem.integrator.solve(
        system, finalTime: problem.times[problem.times.count - 1], outputs: problem.times.count - 1)
      let series = outcome.states.map { ChebyshevSeries(values: [0] + $0 + [0], length: 1) }
      let tail = series.dropFirst().reduce(0) { max($0, $1.tail) }
      if tail <= problem.tailTolerance {
        var quality = StepDoublingMeasures.values(of: outcome)
        quality["spectralTail"] = tail
        quality["degree"] = Double(degree)
        return SolvedSample(
          fields: [coordinates.map { u($0) }, series.flatMap { s in coordinates.map { s($0) } }],
          quality: quality)
      }
      guard 2 * degree <= problem.degrees.last else {
        throw .resolutionExhausted(points: degree, tail: tail, tolerance: problem.tailTolerance)
      }
      degree *= 2
    }
  }

  private func system(_ degree: Int) -> CollocatedReaction {
    if let known = systems[degree] { return known }
    let made = CollocatedReaction(
      degree: degree, diffusivity: problem.diffusivity, reaction: problem.reaction)
    systems[degree] = made
    return made
  }
}
