import Configuration

/// How a spectral weight is kept: form and rank.
public struct Factorization: Sendable, Equatable {
  public enum Form: String, Sendable, CaseIterable {
    /// A core and one matrix per axis.
    case tucker
    /// A weighted sum of products of vectors.
    case cp
    /// A chain of cores.
    case tt
  }

  /// How the weight meets the modes.
  public enum Contraction: String, Sendable, CaseIterable {
    /// Whichever needs fewer products for an update of ``Factorization/nominalBatch`` samples.
    case auto
    /// The dense weight is computed once per update, for all lanes.
    case reconstructed
    /// Channels go through the factors, sample by sample; only the small core is computed once per update.
    case factorized
  }

  public var form: Form
  /// Fraction of the dense weight's numbers to keep.
  public var rank: Double
  /// Explicit ranks instead: one per axis for Tucker, one number for CP, the inner bonds for the tensor train.
  public var ranks: [Int]?
  /// Axes that keep their whole extent (Tucker): 0 input channels, 1 output channels, 2… modes; before them the layers
  /// if the weight is joint.
  public var fixedAxes: [Int]
  public var contraction: Contraction

  /// Samples per update that `auto` assumes: the batch of the published recipes.
  public static let nominalBatch = 16

  public init(
    form: Form, rank: Double, ranks: [Int]? = nil, fixedAxes: [Int] = [], contraction: Contraction = .auto
  ) {
    self.form = form
    self.rank = rank
    self.ranks = ranks
    self.fixedAxes = fixedAxes
    self.contraction = contraction
  }
}
