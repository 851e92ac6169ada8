import Autodiff
import Tensors

/// A complex tensor kept as factors: its parameters, and how the dense tensor is computed from them.
///
/// It becomes a ``SpectralWeight`` in one of two ways: reconstructed, or through its channel factors.
///
/// The axes are said in the order of the papers, (slabs,) channels, modes: `(S,) Cin, Cout, k₁, …, k_d`, or `C, k₁, …`
/// for a weight without mixing of channels. The dense tensor is laid out as spectral weights are, blocks of
/// `[real | imaginary]` channel matrices, one per slab and mode; ``blockStrides`` says where.
struct FactorizedTensor {
  /// The axes and which of them are channels.
  struct Axes: Sendable {
    var slabs: Int?
    var channels: [Int]
    var modes: [Int]

    var all: [Int] { (slabs.map { [$0] } ?? []) + channels + modes }
    var block: Int { channels.reduce(1, *) }
    var blockCount: Int { (slabs ?? 1) * modes.reduce(1, *) }
    /// The axis of output channels among ``all``; nil without mixing of channels.
    var outputAxis: Int? { channels.count == 2 ? (slabs == nil ? 1 : 2) : nil }
    /// Axes of ``all`` in the order slabs, modes, channels.
    var memoryOrder: [Int] {
      let lead = slabs == nil ? 0 : 1
      let first = lead + channels.count
      return Array(0..<lead) + Array(first..<(first + modes.count)) + Array(lead..<first)
    }
  }

  /// Distance in blocks of neighbours along the slabs and along each mode axis.
  struct BlockStrides {
    var slab: Int
    var modes: [Int]
  }

  /// A recorded weight and what computing it costs.
  struct Recipe: Sendable {
    /// Shape of a block: channels in and out, or one number for a diagonal weight.
    var channels: [Int]
    /// Products of complex numbers.
    var productCount: Int
    /// Records the weight, `[2][blocks][channels]`.
    var record: @Sendable (Graph) -> Variable
  }

  /// The tensor as A·R·B: maps of channels that all modes share, around what is left for each mode.
  struct Split: Sendable {
    var input: Parameter?
    var core: Recipe
    var output: Parameter?
  }

  let axes: Axes
  let blockStrides: BlockStrides
  /// The whole tensor.
  let dense: Recipe
  /// The tensor around its channel factors; nil without mixing of channels.
  let split: Split?

  /// - Parameter deviation: σ of the dense tensor's numbers that the initial values aim at.
  init(_ axes: Axes, _ factorization: Factorization, deviation: Double, in builder: ParameterBuilder) {
    self.axes = axes
    switch factorization.form {
    case .tucker:
      let factors = TuckerFactors(axes, factorization, deviation: deviation, in: builder)
      (dense, split) = (factors.dense, factors.split)
      blockStrides = .lexicographic(axes)
    case .cp:
      let factors = CPFactors(axes, factorization, deviation: deviation, in: builder)
      (dense, split) = (factors.dense, factors.split)
      blockStrides = .lexicographic(axes)
    case .tt:
      let factors = TrainFactors(axes, factorization, deviation: deviation, in: builder)
      (dense, split) = (factors.dense, factors.split)
      blockStrides = .reversed(axes)
    }
  }

  /// The weight that layers use, with its derived part made.
  ///
  /// - Parameter samples: samples per update, for the choice by cost.
  func weight(_ contraction: Factorization.Contraction, samples: Int, in builder: ParameterBuilder)
    -> SpectralWeight
  {
    if let split, contraction != .reconstructed,
      contraction == .factorized || prefers(split, samples: samples)
    {
      return SpectralWeight(
        input: split.input, core: derived("modes", split.core, in: builder), output: split.output)
    }
    return SpectralWeight(core: derived("dense", dense, in: builder))
  }

  /// Whether an update of `samples` samples takes fewer products through the factors than with the dense weight.
  private func prefers(_ split: Split, samples: Int) -> Bool {
    func products(_ channels: [Int]) -> Int { channels.count == 1 ? channels[0] : channels[0] * channels[1] }
    let through =
      products(split.core.channels) + (split.input?.count ?? 0) / 2 + (split.output?.count ?? 0) / 2
    let rows = samples * axes.blockCount
    return rows * through + split.core.productCount < rows * axes.block + dense.productCount
  }

  private func derived(_ name: String, _ recipe: Recipe, in builder: ParameterBuilder) -> Parameter {
    let block = recipe.channels.reduce(1, *)
    let record = recipe.record
    return builder.derived(
      name, shape: [axes.blockCount, 2] + recipe.channels, kind: .complexPairs(block: block)
    ) { record($0).complexPairs(block: block) }
  }

  /// A complex parameter of the given extents as one pair of planes.
  static func parameter(
    _ name: String, _ extents: [Int], initial: Parameter.Initial, in builder: ParameterBuilder
  ) -> Parameter {
    builder.parameter(
      name, shape: [2] + extents, kind: .complexPairs(block: extents.reduce(1, *)), initial: initial)
  }
}

extension FactorizedTensor.BlockStrides {
  /// `[slab][k₁]…[k_d]`
  static func lexicographic(_ axes: FactorizedTensor.Axes) -> Self {
    var strides = axes.modes
    var stride = 1
    for axis in axes.modes.indices.reversed() {
      strides[axis] = stride
      stride *= axes.modes[axis]
    }
    return Self(slab: stride, modes: strides)
  }

  /// `[k_d]…[k₁][slab]`, the order in which a tensor train comes out.
  static func reversed(_ axes: FactorizedTensor.Axes) -> Self {
    var strides = axes.modes
    var stride = axes.slabs ?? 1
    for axis in axes.modes.indices {
      strides[axis] = stride
      stride *= axes.modes[axis]
    }
    return Self(slab: 1, modes: strides)
  }
}
