import Autodiff
import Layers
import Tensors

/// A model some of whose Fourier modes are in use, and the parts of its weights that belong to them.
struct GrowingModel {
  let growth: ModeGrowth
  /// The model with all of its modes.
  let full: any IncrementalModel
  /// Modes in use along each axis.
  private(set) var modes: [Int]
  /// The model with these modes.
  private(set) var model: any IncrementalModel
  /// Parts of spectral weights in use, by the parameters' names.
  private(set) var parts: [String: [Range<Int>]] = [:]
  /// The same one after another.
  private(set) var ranges: [Range<Int>] = []
  /// Sum of the gradients since the strengths were looked at; nil where the rule does not ask for it.
  let gradient: HostBuffer?

  /// - Throws: ``TrainingError`` where the model's modes cannot grow, or not from the start that is asked for.
  init(_ growth: ModeGrowth, _ model: any OperatorModel, memoryCount: Int, precision: Precision) throws {
    guard let full = model as? any IncrementalModel, !full.modes.isEmpty else {
      throw TrainingError.modesCannotGrow
    }
    self.growth = growth
    self.full = full
    self.model = full
    if case .explainedGradient = growth.rule {
      gradient = HostBuffer(count: memoryCount, precision: precision)
    } else {
      gradient = nil
    }
    modes = []
    use(modes: try growth.startingModes(of: full.modes))
  }

  /// Weights of all modes.
  var weights: [Parameter] { full.spectralLayers.map(\.weight.core) }

  /// Whether the model can use these modes.
  func allows(_ modes: [Int]) -> Bool {
    modes.count == full.modes.count && zip(modes, full.modes).allSatisfy { (1...$1).contains($0) }
  }

  var isComplete: Bool { modes == full.modes }

  mutating func use(modes: [Int]) {
    self.modes = modes
    model = full.restricted(to: modes)
    let layers = model.spectralLayers
    parts = Dictionary(uniqueKeysWithValues: layers.map { ($0.weight.core.name, $0.usedRanges) })
    ranges = layers.flatMap(\.usedRanges)
  }

  /// Sets the weights of modes that are not in use to zero.
  func clearUnused(in values: HostBuffer) {
    let kernels = Kernels(values.precision)
    for weight in weights {
      var start = weight.range.lowerBound
      for range in (parts[weight.name] ?? []) + [weight.range.upperBound..<weight.range.upperBound] {
        kernels.clear(values.slice(from: start, length: range.lowerBound - start))
        start = range.upperBound
      }
    }
  }

  /// Takes in modes along some axes; the new weights get their initial values.
  ///
  /// - Returns: whether there were any left to take in.
  mutating func grow(along axes: [Bool], seed: UInt64, in buffers: [HostBuffer]) -> Bool {
    let wider = modes.indices.map { axes[$0] ? min(full.modes[$0], modes[$0] + growth.step) : modes[$0] }
    if wider == modes { return false }
    let before = ranges
    use(modes: wider)
    for values in buffers {
      let kernels = Kernels(values.precision)
      let initial = HostBuffer(count: values.count, precision: values.precision)
      for weight in weights { weight.initialize(initial, seed: seed) }
      for (source, target, ranges) in [(values, initial, before), (initial, values, self.ranges)] {
        for range in ranges {
          kernels.copy(
            source.slice(from: range.lowerBound, length: range.count),
            into: target.slice(from: range.lowerBound, length: range.count))
        }
      }
    }
    return true
  }

  /// Adds an update's gradient to the sum.
  func add(_ update: HostBuffer) {
    guard let gradient, !isComplete else { return }
    let kernels = Kernels(gradient.precision)
    for range in ranges {
      kernels.scale(
        1, update.slice(from: range.lowerBound, length: range.count),
        into: gradient.slice(from: range.lowerBound, length: range.count), accumulate: true)
    }
  }

  /// Axes along which the summed gradient asks for more modes; starts a new sum.
  func axesToGrow() -> [Bool] {
    guard let gradient else { return modes.map { _ in false } }
    let layers = model.spectralLayers.map { $0.squares(of: gradient) }
    Kernels(gradient.precision).clear(gradient.slice())
    return modes.indices.map { axis in
      let strengths = layers[0][axis].indices.map { k in layers.reduce(0) { $0 + $1[axis][k] } }
      return growth.grows(strengths: strengths)
    }
  }
}
