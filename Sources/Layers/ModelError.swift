import Diagnostics

/// A model's configuration and the data do not fit each other.
public enum ModelError: Error, Equatable {
  case modesExceedGrid(axis: Int, modes: Int, points: Int, most: Int, least: Int, key: String = "modes")
  /// A layer inside the model works on a coarser grid than the data's.
  case modesExceedLayer(key: String, layer: Int, modes: Int, points: Int, most: Int)
  /// The model sees the data in windows; points are the data's.
  case modesExceedWindow(axis: Int, modes: Int, points: Int, most: Int, least: Int)
  /// No modes on one axis, and some on others.
  case modesOnSomeAxes(axis: Int)
  /// A part of a kernel of fixed physical size holds no point.
  case kernelUnresolved(key: String, radius: Double, spacing: Double)
  /// A grid is finer than the training grid by other factors along other axes.
  case unevenRefinement(key: String, trained: [Int], asked: [Int])
  case listLength(key: String, count: Int, dimensions: Int)
  case dimensions(model: String, supported: ClosedRange<Int>, data: Int)
  case channelsDiffer(key: String, input: Int, output: Int)
  /// Input channels are not frames of the output's variables.
  case variablesDiffer(key: String, inputs: Int, constant: Int, variables: Int)
  case gridChanges(key: String, from: [Int], to: [Int])
  case layerCount(key: String, count: Int, layers: Int)
  case rankCount(form: String, count: Int, needed: Int)
  /// The factors can be every weight of its extents with lower ranks.
  case rankExceedsWeight(index: Int, rank: Int, most: Int)
  /// Only Tucker's ranks belong to axes.
  case fixedAxesOfForm(String)
  /// All ranks are given, those of fixed axes too.
  case fixedAxesBesideRanks
  case noSuchAxis(key: String, axis: Int, axes: Int)
  case noSuchBlock(key: String, block: Int, blocks: Int)
  /// Each level of a model halves the grid.
  case gridNotDivisible(key: String, axis: Int, points: Int, factor: Int)
  case patchesDoNotDivide(axis: Int, points: Int, patches: Int)
  /// The input must be given at the sensors that the model was built for.
  case fixedGrid(key: String, trained: [Int], asked: [Int])
  /// The output exists at the training points only, and the data have others.
  case fixedPoints(model: String)
  /// No axis has ends that a boundary condition could be about.
  case boundaryWithoutEnds(key: String)
  /// The data give the output at scattered points.
  case needsGrid(model: String)
  case needsPlane(key: String, dimensions: Int)
  case kernelExceedsGrid(key: String, kernel: Int, points: Int, layer: Int)
  case oneOutput(channels: Int)
  case tooManyConstantChannels(count: Int, channels: Int)
  case tooFewSamples(modes: Int, samples: Int, width: Int)
  /// Grids are those of all levels as far as they exist, finest first.
  case tooManyLevels(key: String, levels: Int, grids: [[Int]])
  case levelCount(key: String, count: Int, levels: Int)
  case kernelsMissGrid(key: String, kernels: [Int], grids: [[Int]], fitting: [Int]?)
  case normOfAnotherGrid(key: String, trained: [Int], asked: [Int])
  case headsDoNotDivide(key: String, heads: Int, width: Int)
  /// Rotary position turns pairs of a head's channels.
  case oddHead(key: String, width: Int)
  /// And each axis needs a pair.
  case narrowHead(key: String, width: Int, axes: Int)
  /// A patch's kernel is finer than the grid.
  case patchUnresolved(key: String, axis: Int, points: Int, knots: Int)
  /// The padded points must be a multiple of the patch on the coarsest scale, in points of the finest.
  case patchesMissGrid(key: String, axis: Int, points: Int, padded: Int, multiple: Int)

  /// Key inside the model's configuration that the error is about.
  public var key: String {
    switch self {
    case .modesExceedGrid(let axis, _, _, _, _, let key): return "\(key)[\(axis)]"
    case .modesExceedLayer(let key, _, _, _, _): return key
    case .modesExceedWindow(let axis, _, _, _, _), .modesOnSomeAxes(let axis): return "modes[\(axis)]"
    case .kernelUnresolved(let key, _, _), .unevenRefinement(let key, _, _): return key
    case .variablesDiffer(let key, _, _, _): return key
    case .listLength(let key, _, _), .channelsDiffer(let key, _, _), .gridChanges(let key, _, _),
      .layerCount(let key, _, _), .noSuchAxis(let key, _, _), .gridNotDivisible(let key, _, _, _):
      return key
    case .fixedGrid(let key, _, _), .needsPlane(let key, _), .kernelExceedsGrid(let key, _, _, _): return key
    case .tooManyLevels(let key, _, _), .levelCount(let key, _, _), .kernelsMissGrid(let key, _, _, _),
      .normOfAnotherGrid(let key, _, _), .headsDoNotDivide(let key, _, _),
      .patchesMissGrid(let key, _, _, _, _), .oddHead(let key, _), .patchUnresolved(let key, _, _, _),
      .narrowHead(let key, _, _), .noSuchBlock(let key, _, _):
      return key
    case .dimensions, .needsGrid, .oneOutput, .fixedPoints: return "type"
    case .boundaryWithoutEnds(let key): return key
    case .rankCount: return "ranks"
    case .rankExceedsWeight(let index, _, _): return "ranks[\(index)]"
    case .fixedAxesOfForm, .fixedAxesBesideRanks: return "fixedAxes"
    case .patchesDoNotDivide: return "levels"
    case .tooManyConstantChannels: return "branch.constantChannels"
    case .tooFewSamples: return "modes"
    }
  }
}

extension ModelError: Diagnosable {
  public var diagnostic: Diagnostic {
    switch self {
    case .modesExceedGrid(let axis, let modes, let points, let most, let least, _):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) = \(modes) keeps more modes than the grid has",
        at: "model.\(key)",
        why: "the data has \(points) points on axis \(axis), so at most \(most) modes exist",
        fix: "set model.\(key) to \(most) or less, or use data with \(least) points or more")
    case .listLength(let key, let count, let dimensions):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) has \(count) entries for \(dimensions) axes",
        at: "model.\(key)",
        why: "the data has \(dimensions) spatial \(dimensions == 1 ? "axis" : "axes")",
        fix: "give one number for all axes, or \(dimensions) numbers")
    case .dimensions(let model, let supported, let data):
      return Diagnostic(
        "config.range", exit: .usage, "model '\(model)' does not exist in \(data) dimensions",
        at: "model.type",
        why: "it is defined for \(supported.lowerBound) to \(supported.upperBound) spatial axes",
        fix: "choose another model; 'opkit list models' shows their dimensions")
    case .channelsDiffer(let key, let input, let output):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) needs as many input as output channels", at: "model.\(key)",
        why: "the data has \(input) input and \(output) output channels", fix: "remove model.\(key)")
    case .variablesDiffer(let key, let inputs, let constant, let variables):
      return Diagnostic(
        "config.range", exit: .usage, "the input is not made of the \(variables) variables of the output",
        at: "model.\(key)",
        why:
          "of \(inputs) input channels \(constant) are no variables, and the others must be frames of each",
        fix: "set model.\(key) to the number of input channels behind the variables', or use other data")
    case .gridChanges(let key, let from, let to):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) leads from the grid \(from) to \(to)", at: "model.\(key)",
        why: "predictions are compared with data on the grid of the inputs, padding included",
        fix: "choose factors whose product is 1 and that give whole numbers of points")
    case .layerCount(let key, let count, let layers):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) has \(count) entries for \(layers) layers", at: "model.\(key)",
        why: "the model has \(layers) layers", fix: "give one number for all layers, or \(layers) numbers")
    case .rankCount(let form, let count, let needed):
      return Diagnostic(
        "config.range", exit: .usage,
        "ranks has \(count) entries and the factorization \(form) takes \(needed)",
        at: "model.ranks", why: "the weight's axes are (layers,) input channels, output channels, modes",
        fix: "give \(needed) ranks, or remove model.ranks and set model.rank")
    case .rankExceedsWeight(_, let rank, let most):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) = \(rank) is more than the weight can use", at: "model.\(key)",
        why: "with \(most) the factors can be every weight of its extents",
        fix: "set model.\(key) to \(most) or less")
    case .fixedAxesOfForm(let form):
      return Diagnostic(
        "config.conflict", exit: .usage, "the factorization \(form) has no axes to keep",
        at: "model.fixedAxes", why: "only the ranks of tucker belong to an axis each",
        fix: "remove model.fixedAxes, or set model.factorization to \"tucker\"")
    case .fixedAxesBesideRanks:
      return Diagnostic(
        "config.conflict", exit: .usage, "fixedAxes and ranks contradict each other", at: "model.fixedAxes",
        why: "ranks says the rank of every axis, and fixedAxes is about ranks by fraction",
        fix: "remove model.fixedAxes and give these axes their extents in model.ranks, or remove model.ranks")
    case .noSuchBlock(let key, let block, let blocks):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) = \(block) is no block", at: "model.\(key)",
        why: "the model has \(blocks) blocks", fix: "give numbers from 0 to \(blocks - 1)")
    case .noSuchAxis(let key, let axis, let axes):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) = \(axis) is no axis of the weight", at: "model.\(key)",
        why: "the weight has \(axes) axes: (layers,) input channels, output channels, modes",
        fix: "give numbers from 0 to \(axes - 1)")
    case .patchesDoNotDivide(let axis, let points, let patches):
      return Diagnostic(
        "config.range", exit: .usage, "\(patches) patches do not divide the \(points) points of axis \(axis)",
        at: "model.levels", why: "all patches have the same size",
        fix: "use fewer levels, or data on another grid")
    case .modesExceedLayer(_, let layer, let modes, let points, let most):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) = \(modes) keeps more modes than layer \(layer) has",
        at: "model.\(key)",
        why: "the coarser of its two grids has \(points) points on an axis, so at most \(most) modes exist",
        fix: "set it to \(most) or less, let layers change the grid less, or use data with more points")
    case .modesExceedWindow(let axis, let modes, let points, let most, let least):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) = \(modes) keeps more modes than the window of a patch has",
        at: "model.\(key)",
        why: "of the data's \(points) points on axis \(axis) a window holds \(most), padding included",
        fix:
          "set model.\(key) to \(most) or less, or use fewer levels, or data with \(least) points or more")
    case .modesOnSomeAxes(let axis):
      return Diagnostic(
        "config.conflict", exit: .usage, "axis \(axis) has no modes, and other axes have", at: "model.\(key)",
        why: "0 stands for layers without spectral convolutions, which have modes on every axis",
        fix: "set model.modes to 0, or give axis \(axis) a mode")
    case .kernelUnresolved(let key, let radius, let spacing):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) = \(radius) is too small for the grid", at: "model.\(key)",
        why:
          "points are \(spacing) apart, and a part of the kernel holds none of them (fractions of the domain)",
        fix: "set model.\(key) to \(2 * spacing) or more, or use data on a finer grid")
    case .unevenRefinement(let key, let trained, let asked):
      return Diagnostic(
        "config.range", exit: .usage, "the grid \(asked) refines \(trained) unevenly", at: "model.\(key)",
        why: "a difference kernel mixes the axes, so that their spacings may only change together",
        fix: "use data refined by the same factor along all axes, or set model.\(key) to \"none\"")
    case .gridNotDivisible(let key, let axis, let points, let factor):
      return Diagnostic(
        "config.range", exit: .usage,
        "\(factor) does not divide the \(points) points of the periodic axis \(axis)",
        at: "model.\(key)",
        why: "each level but the first has half the points of the one above, and fields repeat",
        fix: "give model.\(key) fewer entries, or use data with a multiple of \(factor) points")
    case .fixedGrid(_, let trained, let asked):
      return Diagnostic(
        "config.range", exit: .usage, "the model reads functions on the grid \(trained), not on \(asked)",
        at: "model.\(key)", why: "it has weights for every point of its training grid",
        fix: key == "type"
          ? "use data on that grid"
          : "use data on that grid, or a branch of type 'fourier', which reads a function on any grid")
    case .fixedPoints(let model):
      return Diagnostic(
        "config.range", exit: .usage, "the data have outputs at other points than the training data",
        at: "model.type", why: "the basis of model '\(model)' exists at the training points only",
        fix: "use data with outputs at those points, or choose 'deeponet', which can be asked anywhere")
    case .boundaryWithoutEnds:
      return Diagnostic(
        "config.conflict", exit: .usage, "there is no end where the output could vanish", at: "model.\(key)",
        why: "all axes of the data are periodic",
        fix:
          "remove model.\(key), or set data.boundary to \"closed\" if the file does not say what its axes are"
      )
    case .needsGrid(let model):
      return Diagnostic(
        "config.range", exit: .usage, "model '\(model)' gives its output on a grid only", at: "model.type",
        why: "the data's outputs are at scattered points, and each sample may have its own",
        fix: "choose a model that can be asked at any point, such as 'deeponet'")
    case .needsPlane(_, let dimensions):
      return Diagnostic(
        "config.range", exit: .usage, "polar features need two coordinates", at: "model.\(key)",
        why: "points have \(dimensions) coordinate here", fix: "choose other features")
    case .kernelExceedsGrid(let key, let kernel, let points, let layer):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) = \(kernel) is more than the \(points) points that are left",
        at: "model.\(key)",
        why: "convolution \(layer) is not padded, and strides have thinned the grid before it",
        fix: "choose a smaller kernel, a smaller stride or fewer convolutions")
    case .oneOutput(let channels):
      return Diagnostic(
        "config.range", exit: .usage, "the model has one output, and the data have \(channels)",
        at: "model.type",
        why: "layers of branch and trunk are paired to one number",
        fix: "map to one field, or choose 'deeponet'")
    case .tooManyConstantChannels(let count, let channels):
      return Diagnostic(
        "config.range", exit: .usage, "\(count) constant channels are more than there are",
        at: "model.\(key)", why: "the data has \(channels) input channels",
        fix: "set it to \(channels) or less")
    case .tooFewSamples(let modes, let samples, let width):
      return Diagnostic(
        "config.range", exit: .usage, "\(modes) basis functions cannot be had from the training outputs",
        at: "model.modes", why: "\(samples) samples of \(width) values span fewer directions than that",
        fix: "set model.modes lower, or train on more samples")
    case .tooManyLevels(let key, let levels, let grids):
      return Diagnostic(
        "config.range", exit: .usage, "the grid \(grids[0]) has too few points for this model",
        at: "model.\(key)", why: "model.\(key) asks for \(levels) grids, and \(grids) end too small",
        fix: "use fewer, or data on a finer grid")
    case .levelCount(_, let count, let levels):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) has \(count) entries for \(levels) levels", at: "model.\(key)",
        why: "it is about pairs of neighbouring levels",
        fix: "give one number for all, or \(levels - 1) numbers")
    case .kernelsMissGrid(_, let kernels, let grids, let fitting):
      return Diagnostic(
        "config.range", exit: .usage, "kernels \(kernels) do not lead back to the grid \(grids[0])",
        at: "model.\(key)", why: "the levels have the grids \(grids), and each must be reached from the next",
        fix: fitting.map { "set model.\(key) to \($0)" }
          ?? "use fewer levels, or data whose points on all axes can be halved that often")
    case .normOfAnotherGrid(_, let trained, let asked):
      return Diagnostic(
        "config.range", exit: .usage, "the model was built for the grid \(trained), not for \(asked)",
        at: "model.\(key)", why: "its norms have a scale and a shift for every grid point",
        fix: "use data on that grid, or a model without this norm")
    case .headsDoNotDivide(_, let heads, let width):
      return Diagnostic(
        "config.range", exit: .usage, "\(heads) heads do not divide \(width) channels", at: "model.\(key)",
        why: "each head has its own equal part of them", fix: "choose heads and width that divide")
    case .oddHead(_, let width):
      return Diagnostic(
        "config.range", exit: .usage, "heads of \(width) channels cannot be turned", at: "model.\(key)",
        why: "rotary position turns pairs of channels", fix: "give heads an even number of channels")
    case .narrowHead(_, let width, let axes):
      return Diagnostic(
        "config.range", exit: .usage, "heads of \(width) channels cannot tell places on \(axes) axes",
        at: "model.\(key)", why: "rotary position turns a pair of channels for each axis at least",
        fix: "give heads \(2 * axes) channels or more")
    case .patchUnresolved(_, let axis, let points, let knots):
      return Diagnostic(
        "config.range", exit: .usage, "patches are finer than the grid on axis \(axis)", at: "model.\(key)",
        why: "their kernels have \(knots) knots over the domain, and the axis has \(points) points",
        fix: "use fewer patches or knots, or data on a finer grid")
    case .patchesMissGrid(_, let axis, let points, let padded, let multiple):
      let missing = (points + multiple - 1) / multiple * multiple - points
      let fraction = (Double(missing) / Double(points) * 10_000).rounded() / 10_000
      return Diagnostic(
        "config.range", exit: .usage, "patches do not fill axis \(axis)", at: "model.\(key)",
        why:
          "it has \(padded) points with padding; whole patches on all scales take a multiple of \(multiple)",
        fix: missing > points
          ? "use smaller patches or fewer scales, or remove model.patch"
          : "set model.\(key) to \(fraction) on this axis (\(missing) points), or remove model.patch")
    }
  }
}
