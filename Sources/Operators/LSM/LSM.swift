import Autodiff
import Fields
import Layers

/// The latent spectral model: a U-Net whose skips pass through a few latent tokens per patch; equations in LSM.md.
public struct LSM: OperatorModel {
  public static let card = ModelCard(
    identifier: "lsm",
    title: "Latent spectral model (U-Net with neural spectral blocks on every scale)",
    citation:
      "H. Wu et al., Solving High-Dimensional PDEs with Latent Spectral Models, ICML 2023, arXiv:2301.12664",
    dimensions: 1...3,
    smokeConfiguration: """
      {"type": "lsm", "width": 16, "scales": 3, "tokens": 2, "heads": 2, "harmonics": 4, "projectionWidth": 32}
      """)

  private let configuration: Configuration
  private let patch: [Int]?
  private let padding: [Double]
  private let lifting: Linear
  private let down: [DoubleConvolution]
  private let blocks: [NeuralSpectralBlock]
  /// Finest first.
  private let up: [DoubleConvolution]
  private let mixing: Linear
  private let projection: PointwiseNetwork

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    self.configuration = configuration
    let d = signature.dimensions
    let (width, scales) = (configuration.width, configuration.scales)
    if width % configuration.heads != 0 {
      throw ModelError.headsDoNotDivide(key: "heads", heads: configuration.heads, width: width)
    }
    patch = configuration.patch.isEmpty ? nil : try perAxis(configuration.patch, key: "patch", dimensions: d)
    padding = try perAxis(configuration.padding, key: "padding", dimensions: d)
    // The last halving of the grid does not double the channels.
    let channels = (0..<scales).map { width << min($0, scales - 2) }
    lifting = Linear(
      "lifting", inputs: signature.inputChannels + configuration.embedding.channels(dimensions: d),
      outputs: width,
      in: builder)
    down = channels.indices.map { scale in
      DoubleConvolution(
        "down.\(scale)", inputs: scale == 0 ? width : channels[scale - 1], hidden: channels[scale],
        outputs: channels[scale], dimensions: d, in: builder)
    }
    blocks = channels.indices.map { scale in
      NeuralSpectralBlock(
        "blocks.\(scale)", channels: channels[scale], tokens: configuration.tokens,
        heads: configuration.heads,
        harmonics: configuration.harmonics, in: builder)
    }
    /// Channels of what comes up to a scale's skip, and of what goes on from there.
    func result(_ scale: Int) -> Int {
      scale == scales - 1 ? channels[scale] : max(width, channels[scale] / 2)
    }
    up = (0..<(scales - 1)).map { scale in
      let inputs = channels[scale] + result(scale + 1)
      return DoubleConvolution(
        "up.\(scale)", inputs: inputs, hidden: inputs / 2, outputs: result(scale), dimensions: d, in: builder)
    }
    mixing = Linear("mixing", inputs: width, outputs: width, in: builder)
    projection = PointwiseNetwork(
      "projection", inputs: width, hidden: configuration.projectionWidth, outputs: signature.outputChannels,
      in: builder)
  }

  /// Points of the finest scale over those of the coarsest, per axis.
  private var unit: Int { 1 << (configuration.scales - 1) }

  /// The grid with its padding; with physical patches, rounded up to one that they fill.
  private func padded(_ grid: [Int]) -> [Int] {
    zip(grid, padding).map { points, fraction in
      let all = points + Int((Double(points) * fraction).rounded())
      return patch == nil ? (all + unit - 1) / unit * unit : all
    }
  }

  public func validate(grid: [Int]) throws {
    let all = padded(grid)
    if let patch {
      for axis in grid.indices where all[axis] % (patch[axis] * unit) != 0 {
        throw ModelError.patchesMissGrid(
          key: "padding", axis: axis, points: grid[axis], padded: all[axis], multiple: patch[axis] * unit)
      }
    }
    // The norm of a single point is zero, whatever it is.
    let grids = (0..<configuration.scales).map { scale in all.map { $0 >> scale } }
    if grids.last?.allSatisfy({ $0 == 1 }) ?? true {
      throw ModelError.tooManyLevels(key: "scales", levels: configuration.scales, grids: grids)
    }
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    let grid = input.shape.grid
    let none = grid.map { _ in 0 }
    let full = padded(grid)
    let patch = patch ?? full.map { $0 / unit }
    var x = lifting(configuration.embedding(input)).padded(
      before: none, after: zip(full, grid).map { $0 - $1 })
    var skips: [Variable] = []
    for (scale, convolution) in down.enumerated() {
      x = convolution(scale == 0 ? x : x.maxPooled(grid.map { _ in 2 }))
      skips.append(blocks[scale](x, patch: patch))
    }
    var u = skips[skips.count - 1]
    for (skip, convolution) in zip(skips, up).reversed() {
      u = convolution(skip.concatenated(with: u.resampled(to: skip.shape.grid, by: .alignedLinear)))
    }
    return projection(mixing(u.cropped(origin: none, grid: grid)))
  }
}
