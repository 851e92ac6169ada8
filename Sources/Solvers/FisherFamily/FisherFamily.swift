import Fields
import RealModule
import Spectral
import Tensors

/// Reaction and diffusion with a source whose form and strength differ from sample to sample: the tasks of a
/// multi-task operator.
///
///     u_t = D u_xx + c_1 u + c_2 u² + c_3 u³ + c_4 u⁴,   x in [0, ℓ) periodic
///
/// The form of the source is drawn among ``Form``, its rate a among {0.1, 0.2, …, 1} and, for the exponential, β among
/// ten values from 0.5 to 2. The four coefficients say all of it and are stored as channels that are constant along x,
/// and so is the form itself, one-hot: either may be an input of a model, and the coefficients also of one that is
/// asked for a form that it has not seen.
///
/// - Shape: fields `u`: `[times, points]`, `initial`: `[points]`, `reaction`: `[4, points]`, `family`: `[forms, points]`.
/// - References: V. Kumar, S. Goswami, K. Kontolati, M. D. Shields, G. E. Karniadakis, Synergistic learning with
///   multi-task DeepONet for efficient PDE problem solving, Neural Networks 184 (2025) 107113.
public struct FisherFamily: LineProblem {
  public static let card = ProblemCard(
    identifier: "fisher-family", title: "Reaction and diffusion with sources of several forms, periodic, 1-D",
    equation: "u_t = D u_xx + c_1 u + c_2 u² + c_3 u³ + c_4 u⁴",
    citation: "Kumar et al., Multi-task DeepONet, Neural Networks 184 (2025) 107113, arXiv:2408.02198",
    spatialDimensions: 1)
  static let field = (name: "u", longName: "concentration")
  static let powers = ["u", "u2", "u3", "u4"]

  /// A functional form of the source; each is a polynomial of degree at most 4 in u.
  public enum Form: String, Sendable, CaseIterable {
    /// a u (1 - u), Fisher's own.
    case logistic
    /// a u (1 - u²)
    case cubic
    /// a u (1 - u) e^{-β(1-u)}, to second order in u within the exponential.
    case exponential

    /// Coefficients of u, u², u³, u⁴.
    package func coefficients(rate a: Double, steepness b: Double) -> [Double] {
      switch self {
      case .logistic: return [a, -a, 0, 0]
      case .cubic: return [a, 0, -a, 0]
      case .exponential:
        let scale = a * Double.exp(-b)
        return [scale, scale * (b - 1), scale * (b * (b / 2 - 1)), -scale * (b * b / 2)]
      }
    }
  }

  let diffusivity: Double
  let forms: [Form]
  /// Relative frequency of each form.
  let weights: [Double]
  let line: LineConfiguration

  /// The source of a sample belongs to the product, so that one system serves all samples; the numbers here only
  /// state its degree.
  var equation: LineEquation {
    let degree = forms.contains(.exponential) ? 4 : (forms.contains(.cubic) ? 3 : 2)
    return LineEquation(
      length: line.length, linear: [0, 0, diffusivity],
      nonlinear: .init(derivative: 0, polynomial: (0...degree).map { $0 == 0 ? 0 : 1 }))
  }

  var constants: [(name: String, value: ProblemParameter)] {
    [("diffusivity", .number(diffusivity)), ("forms", .text(forms.map(\.rawValue).joined(separator: " ")))]
      + zip(forms, weights).map { ("weight_\($0.rawValue)", .number($1)) }
  }

  public var layout: SampleLayout {
    let x = GridAxis(
      name: "x", coordinates: (0..<line.points).map { line.length * (Double($0) / Double(line.points)) },
      boundary: .periodic)
    return SampleLayout(
      axes: [x], times: trajectory.times,
      fields: [
        .init(name: Self.field.name, longName: Self.field.longName, dependsOnTime: true),
        .init(name: "initial", longName: "initial concentration"),
        .init(name: "reaction", longName: "coefficients of the source", channels: Self.powers),
        .init(name: "family", longName: "form of the source, one-hot", channels: forms.map(\.rawValue)),
      ])
  }

  public var mapping: FieldMapping { .steady(inputs: ["initial", "reaction"], outputs: ["u"]) }

  /// Form and coefficients of a sample's source.
  package func source(index: Int, seed: UInt64) -> (form: Form, coefficients: [Double]) {
    let draw = Philox(seed: seed, stream: "source").uniforms(UInt64(bitPattern: Int64(index)))
    func tenth(_ fraction: Double) -> Double { Double(min(9, Int(10 * fraction))) }
    var rest = draw[0] * weights.reduce(0, +)
    var chosen = forms[forms.count - 1]
    for (form, weight) in zip(forms, weights) {
      if rest < weight {
        chosen = form
        break
      }
      rest -= weight
    }
    let (rate, steepness) = (0.1 * (1 + tenth(draw[1])), 0.5 + tenth(draw[2]) / 6)
    return (chosen, chosen.coefficients(rate: rate, steepness: steepness))
  }

  func prepare(_ system: LineSystem, index: Int, seed: UInt64) {
    system.polynomial = LineSystem.padded([0] + source(index: index, seed: seed).coefficients)
  }

  func companions(_ initial: WorkArray, of system: LineSystem, index: Int, seed: UInt64) -> [[Double]] {
    let (form, coefficients) = source(index: index, seed: seed)
    func constant(_ values: [Double]) -> [Double] {
      values.flatMap { [Double](repeating: $0, count: line.points) }
    }
    return [
      output(initial, of: system), constant(coefficients), constant(forms.map { $0 == form ? 1 : 0 }),
    ]
  }
}
