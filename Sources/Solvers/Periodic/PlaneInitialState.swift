import Configuration
import Spectral

/// The named distributions of initial fields on a square torus; lengths are in units of its side.
package enum PlaneInitialState: Sendable, Equatable {
  case gaussian(GaussianCovariance)
  case bumps(GaussianBumps)

  /// What a problem uses unless its configuration says otherwise: the type, and the numbers of each type.
  struct Defaults {
    var type: String
    var covariance = GaussianCovariance(variance: 1e7, tau: 7, alpha: 4)
    var bumps = GaussianBumps(counts: 2...5, amplitudes: -1...1, widths: 0.03...0.1)
  }

  init(from reader: ConfigReader, default value: Defaults) throws {
    self = try reader.variant(
      "initial",
      of: [
        (
          "gaussian", "Gaussian field of covariance σ²(-Δ+τ²)^(-α) without mean",
          { .gaussian(try GaussianCovariance(from: $0, default: value.covariance)) }
        ),
        (
          "bumps", "sum of Gaussian bumps at random places",
          { .bumps(try GaussianBumps(from: $0, default: value.bumps)) }
        ),
      ], default: value.type, doc: "distribution of the initial state")
  }

  /// Coefficients of the kept modes of a sample.
  func coefficients(on plane: PackedPlane, index: Int, seed: UInt64) -> WorkArray {
    let stream = "initial-condition"
    switch self {
    case .gaussian(let covariance):
      return PeriodicGaussianField(covariance: covariance, stream: stream)
        .plane(plane, index: index, seed: seed)
    case .bumps(let bumps): return bumps.plane(plane, stream: stream, index: index, seed: seed)
    }
  }

  var parameters: [(name: String, value: ProblemParameter)] {
    switch self {
    case .gaussian(let covariance):
      [("initialState", .text("gaussian"))] + covariance.parameters(prefix: "initial")
    case .bumps(let bumps): [("initialState", .text("bumps"))] + bumps.parameters(prefix: "initial")
    }
  }
}
