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

  /// Refuses ranks and axes that are not those of a tensor, and axes that its form has no use for.
  ///
  /// - Parameter extents: of the tensor, in the order of ``fixedAxes``.
  /// - Throws: ``ModelError``.
  func check(extents: [Int]) throws {
    if let ranks {
      let highest = highestRanks(extents)
      guard ranks.count == highest.count else {
        throw ModelError.rankCount(form: form.rawValue, count: ranks.count, needed: highest.count)
      }
      for (index, (rank, most)) in zip(ranks, highest).enumerated() where rank > most {
        throw ModelError.rankExceedsWeight(index: index, rank: rank, most: most)
      }
    }
    guard !fixedAxes.isEmpty else { return }
    if form != .tucker { throw ModelError.fixedAxesOfForm(form.rawValue) }
    if ranks != nil { throw ModelError.fixedAxesBesideRanks }
    for (index, axis) in fixedAxes.enumerated() where axis >= extents.count {
      throw ModelError.noSuchAxis(key: "fixedAxes[\(index)]", axis: axis, axes: extents.count)
    }
  }

  /// The ranks with which factors can be any tensor of these extents; higher ones add numbers and no tensors.
  /// At the ends of a train TensorLy's rule goes beyond them; what it gives for the fraction 1 is allowed.
  private func highestRanks(_ extents: [Int]) -> [Int] {
    /// Products beyond any rank that can be asked for are cut, so that they fit.
    func product(_ extents: some Sequence<Int>) -> Int { extents.reduce(1) { min($0 * $1, 1 << 32) } }
    switch form {
    case .tucker: return extents
    case .cp: return [product(extents.sorted().dropLast())]
    case .tt:
      let rule = FactorizedRank.tensorTrain(shape: extents, fraction: 1)
      return (1..<extents.count).map { max(rule[$0], min(product(extents[..<$0]), product(extents[$0...]))) }
    }
  }
}
