import Autodiff
import Fields
import Layers
import Tensors

/// A U-Net of wide residual blocks, and its operator versions; equations in UNet.md.
public struct UNet: OperatorModel {
  public static let card = ModelCard(
    identifier: "unet", title: "U-Net of residual blocks, with kernels of the grid or of physical extent",
    citation:
      "J. Berner et al., Principled Approaches for Extending Neural Architectures to Function Spaces for "
      + "Operator Learning, arXiv:2506.10973; J. Gupta and J. Brandstetter, TMLR 2023, arXiv:2209.15616",
    dimensions: 1...3,
    smokeConfiguration:
      #"{"type": "unet", "width": 6, "multipliers": [1, 2], "blocks": 1, "kernelInterpolation": "dilated"}"#)

  private let configuration: Configuration
  private let boundaries: [Boundary]
  private let spacing: GridSpacing
  private let lifting: Convolution
  private let down: [[ResidualBlock]]
  private let thinning: [Convolution]
  private let middle: [ResidualBlock]
  private let up: [[ResidualBlock]]
  private let raising: [TransposedConvolution]
  private let norm: Normalization?
  private let projection: Convolution

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    self.configuration = configuration
    let d = signature.dimensions
    let boundaries = configuration.boundaries(signature.axes)
    self.boundaries = boundaries
    spacing = GridSpacing(signature.axes)
    func window(_ kernel: Int, stride: Int = 1, before: Int) -> ConvolutionWindow {
      func all(_ value: Int) -> [Int] { Array(repeating: value, count: d) }
      return ConvolutionWindow(
        kernel: all(kernel), stride: all(stride), before: all(before), after: all(kernel - stride - before),
        boundary: boundaries)
    }
    let same = window(configuration.kernel, before: (configuration.kernel - 1) / 2)
    let block = { (name: String, inputs: Int, outputs: Int) in
      ResidualBlock(name, configuration, inputs: inputs, outputs: outputs, window: same, in: builder)
    }
    let (factors, count) = (configuration.multipliers, configuration.blocks)
    // Channels above each level and on it.
    let channels = factors.reduce(into: [configuration.width]) { $0.append($0[$0.count - 1] * $1) }
    lifting = Convolution(
      "lifting", inputs: signature.inputChannels + configuration.embedding.channels(dimensions: d),
      outputs: configuration.width, window: same, in: builder)
    down = factors.indices.map { level in
      (0..<count).map {
        block("down.\(level).\($0)", channels[$0 == 0 ? level : level + 1], channels[level + 1])
      }
    }
    // Kernel 3 with one point on either side halves any number of points, rounding up.
    var halving = window(3, before: 1)
    halving.stride = halving.stride.map { _ in 2 }
    thinning =
      configuration.thinning == .mean
      ? []
      : factors.indices.dropLast().map { level in
        Convolution(
          "thinning.\(level)", inputs: channels[level + 1], outputs: channels[level + 1], window: halving,
          in: builder)
      }
    middle = (0..<2).map { block("middle.\($0)", channels[factors.count], channels[factors.count]) }
    up = factors.indices.map { level in
      (0...count).map { index in
        let outputs = channels[index == count ? level : level + 1]
        return block("up.\(level).\(index)", channels[level + 1] + outputs, outputs)
      }
    }
    raising = factors.indices.dropLast().map { level in
      TransposedConvolution(
        "raising.\(level)", inputs: channels[level + 1], outputs: channels[level + 1],
        window: window(4, stride: 2, before: 1), in: builder)
    }
    norm =
      configuration.norm
      ? Normalization("norm", channels: configuration.width, over: .group(1), in: builder) : nil
    projection = Convolution(
      "projection", inputs: configuration.width, outputs: signature.outputChannels, window: same, in: builder)
  }

  public func validate(grid: [Int]) throws {
    let factor = 1 << (down.count - 1)
    for (axis, points) in grid.enumerated() where boundaries[axis] == .periodic && points % factor != 0 {
      throw ModelError.gridNotDivisible(key: "multipliers", axis: axis, points: points, factor: factor)
    }
  }

  private func scaling(_ grid: [Int]) -> KernelScaling {
    KernelScaling(
      factors: zip(spacing(spacing.trainingGrid), spacing(grid)).map { $0 / $1 },
      interpolation: configuration.kernelInterpolation)
  }

  /// From level to level + 1.
  private func thinned(_ x: Variable, _ level: Int, _ scaling: KernelScaling) -> Variable {
    switch configuration.thinning {
    case .strided: return thinning[level](x, scaling: scaling)
    case .mean:
      let factors = scaling.isIdentity ? boundaries.map { _ in 1 } : scaling.factors
      // Where periodic data are continued by zeros, nothing lies beyond the ends.
      let placements = zip(boundaries, spacing.placements).map { boundary, placement in
        boundary != .periodic && placement == .periodic ? .cellCentred : placement
      }
      return x.hatPooled(reach: factors.map { max(1, 2 * $0) }, placements)
    }
  }

  /// From level + 1 to a grid of level. Which taps of a transposed convolution meet a point depends on where it stands on the
  /// grid, so that dilated ones are applied on the training grid.
  private func raised(_ x: Variable, _ level: Int, to grid: [Int], _ scaling: KernelScaling) -> Variable {
    guard scaling.interpolation == .dilated, !scaling.isIdentity else {
      return raising[level](x, outputGrid: grid, scaling: scaling)
    }
    let grids = (0...level).reduce(into: [spacing.trainingGrid]) { grids, _ in
      grids.append(grids[grids.count - 1].map { ($0 + 1) / 2 })
    }
    let coarse = raising[level](spacing.resampled(x, to: grids[level + 1]), outputGrid: grids[level])
    return spacing.resampled(coarse, to: grid)
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    let scaling = scaling(input.shape.grid)
    var x = lifting(configuration.embedding(input), scaling: scaling)
    var skips = [x]
    for (level, blocks) in down.enumerated() {
      for block in blocks {
        x = block(x, scaling: scaling)
        skips.append(x)
      }
      if level + 1 < down.count {
        x = thinned(x, level, scaling)
        skips.append(x)
      }
    }
    for block in middle { x = block(x, scaling: scaling) }
    for level in up.indices.reversed() {
      for block in up[level] { x = block(x.concatenated(with: skips.removeLast()), scaling: scaling) }
      guard level > 0, let next = skips.last else { continue }
      x = raised(x, level - 1, to: next.shape.grid, scaling)
    }
    let final = norm?(x, activation: configuration.activation) ?? x.activated(configuration.activation)
    return projection(final, scaling: scaling)
  }
}
