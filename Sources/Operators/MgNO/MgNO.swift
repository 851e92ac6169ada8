import Autodiff
import Fields
import Layers
import Tensors

/// The multigrid neural operator: layers whose linear maps are V-cycles; equations in MgNO.md.
public struct MgNO: OperatorModel {
  public static let card = ModelCard(
    identifier: "mgno",
    title: "Multigrid neural operator (V-cycles of learned convolutions)",
    citation:
      "J. He, X. Liu, J. Xu, MgNO: Efficient Parameterization of Linear Operators via Multigrid, ICLR 2024",
    dimensions: 1...3,
    smokeConfiguration: #"{"type": "mgno", "width": 8, "layers": 2, "iterations": [1, 1, 2]}"#)

  private struct Layer {
    var cycle: VCycle
    /// B
    var skip: Linear?
    var norm: Normalization?
  }

  private let configuration: Configuration
  private let transfer: LevelTransfer
  private let grid: [Int]
  private let layers: [Layer]
  private let projection: (Variable) -> Variable

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    self.configuration = configuration
    let (inputs, outputs) = (signature.inputChannels, signature.outputChannels)
    if configuration.residual && inputs != outputs {
      throw ModelError.channelsDiffer(key: "residual", input: inputs, output: outputs)
    }
    let transfer = try LevelTransfer(configuration, dimensions: signature.dimensions)
    let grid = signature.gridShape
    let grids = try transfer.grids(from: grid)
    (self.transfer, self.grid) = (transfer, grid)
    let width = configuration.width
    layers = try (0..<configuration.layers).map { index in
      try builder.scope("layers.\(index)") {
        let channels = index == 0 ? inputs : width
        return Layer(
          cycle: try VCycle(
            "cycle", inputs: channels, outputs: width, configuration: configuration, transfer: transfer,
            grids: grids, in: builder),
          skip: configuration.skip ? Linear("skip", inputs: channels, outputs: width, in: builder) : nil,
          norm: configuration.norm == .layer
            ? Normalization("norm", channels: width, over: .sample(grid: grid), in: builder) : nil)
      }
    }
    switch configuration.projection {
    case .linear:
      let linear = Linear("projection", inputs: width, outputs: outputs, hasBias: false, in: builder)
      projection = { linear($0) }
    case .cycle:
      let cycle = try VCycle(
        "projection", inputs: width, outputs: outputs, configuration: configuration, transfer: transfer,
        grids: grids, in: builder)
      projection = { cycle($0) }
    }
  }

  public func validate(grid asked: [Int]) throws {
    if configuration.norm != .none && asked != grid {
      throw ModelError.normOfAnotherGrid(key: "norm", trained: grid, asked: asked)
    }
    _ = try transfer.grids(from: asked)
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    var u = input
    for layer in layers {
      let z = layer.cycle(u) + layer.skip.map { $0(u) }
      u =
        layer.norm.map { $0(z, activation: configuration.activation) }
        ?? z.activated(configuration.activation)
    }
    let output = projection(u)
    return configuration.residual ? output + input : output
  }
}
