import Configuration
import RealModule

/// The covariance σ²(-Δ + τ²)^(-α) of the Gaussian random fields, zero mean mode removed.
///
///     eigenvalue of wave-vector κ:   σ² (|κ|² + τ²)^(-α)
///
/// with κ = 2πk on the torus and κ = πk on the square with Neumann boundary. A sample is its
/// Karhunen–Loève sum, drawn mode by mode in spectral space.
///
/// - References: Z. Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, appendix A.3.
public struct GaussianCovariance: Sendable, Equatable {
  /// Published formula and published code disagree by a factor on some data sets, so the convention has a name.
  public enum Normalization: String, Sendable, CaseIterable {
    /// The Karhunen–Loève sum of exactly this covariance.
    case karhunenLoeve = "kl"
    /// Twice the variance, as in the 2020 code that made the Navier–Stokes files (its complex noise has
    /// unit variance in both parts).
    case fno2020 = "fno-2020"

    /// Factor on the amplitude of every mode.
    var amplitude: Double { self == .fno2020 ? 2.0.squareRoot() : 1 }
  }

  /// σ².
  public var variance: Double
  public var tau: Double
  public var alpha: Double
  public var normalization: Normalization

  public init(variance: Double, tau: Double, alpha: Double, normalization: Normalization = .karhunenLoeve) {
    self.variance = variance
    self.tau = tau
    self.alpha = alpha
    self.normalization = normalization
  }

  /// Standard deviation of the coefficient of an orthonormal mode with squared wavenumber |κ|².
  package func deviation(squaredWavenumber: Double) -> Double {
    (variance * .pow(squaredWavenumber + tau * tau, -alpha)).squareRoot() * normalization.amplitude
  }

  /// Reads `variance`, `tau`, `alpha` and `normalization` of a section.
  init(from reader: ConfigReader, default value: GaussianCovariance) throws {
    variance = try reader.double(
      "variance", default: value.variance, exclusiveMinimum: 0, doc: "σ² in the covariance σ²(-Δ+τ²)^(-α)")
    tau = try reader.double(
      "tau", default: value.tau, in: 0...1e6, doc: "inverse length τ in the covariance σ²(-Δ+τ²)^(-α)")
    alpha = try reader.double(
      "alpha", default: value.alpha, in: 0...100, doc: "power α in the covariance σ²(-Δ+τ²)^(-α)")
    normalization = try reader.choice(
      "normalization", default: value.normalization,
      doc: "\"kl\": exactly this covariance; \"fno-2020\": twice the variance, as in the code of that year")
  }

  /// The same facts as file attributes, each name prefixed.
  func parameters(prefix: String) -> [(name: String, value: ProblemParameter)] {
    [
      (prefix + "Variance", .number(variance)), (prefix + "Tau", .number(tau)),
      (prefix + "Alpha", .number(alpha)), (prefix + "Normalization", .text(normalization.rawValue)),
    ]
  }
}
