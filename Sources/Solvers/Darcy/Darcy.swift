import Configuration
import Fields
import RealModule
import Tensors

/// Steady flow through a random medium on the unit square.
///
///     -∇·(a∇u) = f in a part of (0, 1)²,   u = 0 on the boundary
///
/// a is a function of ψ ~ N(0, σ²(-Δ+τ²)^(-α)) with Neumann boundary: 12 where ψ ≥ 0 and 3 elsewhere, or
/// log-normal; or it is a product of waves on many scales. Defaults are those of the FNO paper: α = 2, τ = 3, f = 1, solved on 421² points.
///
/// - Shape: fields `coefficient` and `solution`: `[points, points]`, axes x, y; `source` if it is random, `mask` on a
///   part of the square.
/// - References: Z. Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, sec. 5.2.
public struct Darcy: Problem {
  public static let card = ProblemCard(
    identifier: "darcy", title: "Darcy flow with a random coefficient, zero boundary values, 2-D",
    equation: "-∇·(a∇u) = f,  u = 0 on the boundary",
    citation: "Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, arXiv:2010.08895",
    spatialDimensions: 2)

  let points: Int
  let solvePoints: Int
  let grid: SquareGrid
  let method: Method
  /// Where the equation holds; samples take them in turn.
  let domains: [SquareDomain]
  /// Mean of f.
  let source: Double
  /// Distribution of what is added to it.
  let sourceField: Field?
  let coefficient: Coefficient
  /// Distribution of ψ.
  let field: Field
  let preconditioner: Preconditioner
  let tolerance: Double
  let maximumIterations: Int

  /// A Gaussian field on the square.
  struct Field: Sendable {
    var covariance: GaussianCovariance
    var basis: SquareGaussianField.Basis

    init(from reader: ConfigReader) throws {
      covariance = try GaussianCovariance(
        from: reader, default: GaussianCovariance(variance: 9, tau: 3, alpha: 2))
      basis = try reader.choice(
        "basis", default: .neumann, doc: "cosines, or sines that vanish on the boundary")
    }

    func parameters(prefix: String) -> [(name: String, value: ProblemParameter)] {
      covariance.parameters(prefix: prefix) + [(prefix + "Basis", .text(basis.rawValue))]
    }
  }

  /// How a Gaussian field becomes a coefficient.
  public enum Coefficient: Sendable, Equatable {
    /// `high` where ψ ≥ 0, `low` elsewhere.
    case binary(low: Double, high: Double)
    /// mean·exp(ψ).
    case lognormal(mean: Double)
    /// Π_k (1 + ½cos a_kπ(ξ+η)) (1 + ½sin a_kπ(η-3ξ)), ξ = 2x-1, η = 2y-1, a_k ~ U(2^(k-1), 1.5·2^(k-1)).
    case trigonometric(scales: Int)

    var name: String {
      switch self {
      case .binary: "binary"
      case .lognormal: "lognormal"
      case .trigonometric: "trigonometric"
      }
    }
  }

  /// How the equation is discretised.
  public enum Method: String, Sendable, CaseIterable {
    /// Five-point finite volumes on the solve grid: any coefficient.
    case finiteVolume = "finite-volume"
    /// Polynomials on the whole square: coefficients that are smooth.
    case galerkin
  }

  /// What conjugate gradients are preconditioned by.
  public enum Preconditioner: String, Sendable, CaseIterable {
    case automatic, sine, multigrid

    /// Up to here the sine preconditioner takes fewer seconds.
    static let sineContrast = 30.0
  }

  /// Every `stride`-th point of the solved grid is stored.
  var stride: Int { (solvePoints - 1) / (points - 1) }

  public var layout: SampleLayout {
    let coordinates = (0..<points).map { grid.coordinate($0 * stride, of: solvePoints) }
    let boundary: GridAxis.Boundary = grid == .vertex ? .closed : .cellCentred
    return SampleLayout(
      axes: ["x", "y"].map { GridAxis(name: $0, coordinates: coordinates, boundary: boundary) },
      fields: [
        .init(name: "coefficient", longName: "permeability"),
        .init(name: "solution", longName: "pressure"),
      ] + (sourceField == nil ? [] : [.init(name: "source", longName: "source")])
        + (hasMask ? [.init(name: "mask", longName: "1 inside of the domain, 0 outside")] : []))
  }

  /// Whether samples say which points are inside of their domain.
  var hasMask: Bool { domains != [.square] }

  public var mapping: FieldMapping {
    .steady(
      inputs: ["coefficient"] + (sourceField == nil ? [] : ["source"]) + (hasMask ? ["mask"] : []),
      outputs: ["solution"])
  }

  public var qualityMeasures: [QualityMeasure] {
    (method == .finiteVolume ? [] : GalerkinMeasures.all) + [
      QualityMeasure(name: "residual", longName: "relative preconditioned residual norm"),
      QualityMeasure(
        name: "energyError", longName: "bound of the relative algebraic error in the energy norm"),
      QualityMeasure(name: "contrast", longName: "ratio of the largest and the smallest coefficient"),
      QualityMeasure(name: "iterations", longName: "conjugate gradient iterations"),
    ]
  }

  public var parameters: [(name: String, value: ProblemParameter)] {
    var list: [(name: String, value: ProblemParameter)] = [
      ("source", .number(source)), ("solvePoints", .number(Double(solvePoints))),
      ("grid", .text(grid.rawValue)), ("domain", .text(domains.map(\.rawValue).joined(separator: " "))),
      ("method", .text(method.rawValue)),
      ("coefficientType", .text(coefficient.name)),
    ]
    switch coefficient {
    case .binary(let low, let high):
      list += [("coefficientLow", .number(low)), ("coefficientHigh", .number(high))]
    case .lognormal(let mean):
      list.append(("coefficientMean", .number(mean)))
    case .trigonometric(let scales):
      list.append(("coefficientScales", .number(Double(scales))))
    }
    return list + field.parameters(prefix: "field")
      + (sourceField?.parameters(prefix: "sourceField") ?? [])
  }

  public var estimate: CostEstimate {
    let unknowns = Double(solvePoints * solvePoints)
    // The contrast of a random coefficient is not known before it is drawn.
    let isRough = if case .trigonometric = coefficient { true } else { false }
    let usesGrids = preconditioner == .multigrid || hasMask || (preconditioner != .sine && isRough)
    return CostEstimate(
      bytesPerWorker: solvePoints * solvePoints * 8 * (usesGrids ? 36 : 11) * domains.count,
      secondsPerSample: (usesGrids ? 1.2e-6 : 21 * 1.6e-8) * unknowns)
  }

  public func makeSolver() throws -> any SampleSolver {
    if method == .galerkin { return try GalerkinSolver(self) }
    return domains.count == 1
      ? DarcySolver(self, domain: domains[0])
      : AlternatingSolver(domains.map { DarcySolver(self, domain: $0) })
  }
}
