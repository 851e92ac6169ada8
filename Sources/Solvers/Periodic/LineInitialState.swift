import Configuration
import Spectral

/// The named distributions of initial states on a circle; lengths are in periods, so that each of them means the
/// same on a circle of any length.
package enum LineInitialState: Sendable, Equatable {
  case gaussian(GaussianCovariance)
  case sines(RandomSines)
  case pdebench(TwoWaves)

  /// What a problem uses unless its configuration says otherwise: the type, and the numbers of each type.
  struct Defaults {
    var type: String
    var covariance = GaussianCovariance(variance: 625, tau: 5, alpha: 2)
    var sines = RandomSines()
    var waves = TwoWaves()
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
          "sines", "sum of a few random sines",
          { .sines(try RandomSines(from: $0, default: value.sines)) }
        ),
        (
          "pdebench", "two random sines, sometimes folded or cut by a window",
          { .pdebench(try TwoWaves(from: $0, default: value.waves)) }
        ),
      ], default: value.type, doc: "distribution of the initial state")
  }

  /// Coefficients k = 0…modes of a sample.
  func coefficients(modes: Int, index: Int, seed: UInt64) -> WorkArray {
    let stream = "initial-condition"
    switch self {
    case .gaussian(let covariance):
      return PeriodicGaussianField(covariance: covariance, stream: stream)
        .line(modes: modes, index: index, seed: seed)
    case .sines(let sines): return sines.line(modes: modes, stream: stream, index: index, seed: seed)
    case .pdebench(let waves): return waves.line(modes: modes, stream: stream, index: index, seed: seed)
    }
  }

  var parameters: [(name: String, value: ProblemParameter)] {
    switch self {
    case .gaussian(let covariance):
      [("initialState", .text("gaussian"))] + covariance.parameters(prefix: "initial")
    case .sines(let sines): [("initialState", .text("sines"))] + sines.parameters(prefix: "initial")
    case .pdebench(let waves): [("initialState", .text("pdebench"))] + waves.parameters(prefix: "initial")
    }
  }
}
