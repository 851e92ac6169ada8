import Fields
import RealModule
import Tensors

/// Steady flow through a random medium on the unit square.
///
///     -∇·(a∇u) = f in (0, 1)²,   u = 0 on the boundary
///
/// a is a function of ψ ~ N(0, σ²(-Δ+τ²)^(-α)) with Neumann boundary: 12 where ψ ≥ 0 and 3 elsewhere, or
/// log-normal. Defaults are those of the FNO paper: α = 2, τ = 3, f = 1, solved on 421² points.
///
/// - Shape: fields `coefficient` and `solution`: `[points, points]`, axes x, y.
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
  let source: Double
  let coefficient: Coefficient
  let covariance: GaussianCovariance
  let tolerance: Double
  let maximumIterations: Int

  /// How a Gaussian field becomes a coefficient.
  public enum Coefficient: Sendable, Equatable {
    /// `high` where ψ ≥ 0, `low` elsewhere.
    case binary(low: Double, high: Double)
    /// mean·exp(ψ).
    case lognormal(mean: Double)

    var name: String {
      switch self {
      case .binary: "binary"
      case .lognormal: "lognormal"
      }
    }
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
        .init(name: "solution", longName: "pressure")
      ])
  }

  public var mapping: FieldMapping { .steady(inputs: ["coefficient"], outputs: ["solution"]) }

  public var qualityMeasures: [QualityMeasure] {
    [
      QualityMeasure(name: "residual", longName: "relative preconditioned residual norm"),
      QualityMeasure(
        name: "energyError", longName: "bound of the relative algebraic error in the energy norm"),
      QualityMeasure(name: "iterations", longName: "conjugate gradient iterations")
    ]
  }

  public var parameters: [(name: String, value: ProblemParameter)] {
    var list: [(name: String, value: ProblemParameter)] = [
      ("source", .number(source)), ("solvePoints", .number(Double(solvePoints))),
      ("grid", .text(grid.rawValue)),
      ("coefficientType", .text(coefficient.name))
    ]
    switch coefficient {
    case .binary(let low, let high):
      list += [("coefficientLow", .number(low)), ("coefficientHigh", .number(high))]
    case .lognormal(let mean):
      list.append(("coefficientMean", .number(mean)))
    }
    return list + covariance.parameters(prefix: "field")
  }

  public var estimate: CostEstimate {
    let unknowns = Double(solvePoints * solvePoints)
    return CostEstimate(
      bytesPerWorker: solvePoints * solvePoints * 8 * 11, secondsPerSample: 21 * 1.6e-8 * unknowns)
  }

  public func makeSolver() -> any SampleSolver { DarcySolver(self) }
}
