import Autodiff
import Fields
import Layers
import Tensors

/// The U-shaped neural operator: Fourier layers between grids of different size; equations in UNO.md.
public struct UNO: OperatorModel {
  public static let card = ModelCard(
    identifier: "uno", title: "U-shaped neural operator (Fourier layers from grid to grid)",
    citation:
      "M. A. Rahman, Z. E. Ross, K. Azizzadenesheli, U-NO: U-shaped Neural Operators, TMLR 2023, arXiv:2204.11127",
    dimensions: 1...3,
    smokeConfiguration: #"{"type": "uno", "width": 8, "modes": [4, 2, 2, 2, 4]}"#)

  private let embedding: GridEmbedding
  private let padding: [Double]
  private let scales: [Double]
  private let modes: [Int]
  private let lifting: [Linear]
  private let blocks: [OperatorBlock]
  private let projection: PointwiseNetwork

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    let (d, width, count) = (signature.dimensions, configuration.width, configuration.multipliers.count)
    embedding = configuration.embedding
    padding = try perAxis(configuration.padding, key: "padding", dimensions: d)
    scales = try perLayer(configuration.scales, key: "scales", layers: count - 1) + [1]
    let modes = try perLayer(configuration.modes, key: "modes", layers: count)
    self.modes = modes
    for (index, block) in configuration.norms.enumerated() where block >= count {
      throw ModelError.noSuchBlock(key: "norms[\(index)]", block: block, blocks: count)
    }
    let widths = [signature.inputChannels + embedding.channels(dimensions: d), width / 2, width]
    lifting = (0..<2).map {
      Linear("lifting.\($0)", inputs: widths[$0], outputs: widths[$0 + 1], in: builder)
    }
    // Channels that each block reads: what the block before it gives, and the skip beside that.
    var inputs = width
    blocks = configuration.multipliers.enumerated().map { index, multiplier in
      let outputs = multiplier * width
      let block = OperatorBlock(
        "blocks.\(index)", inputs: inputs, outputs: outputs, modes: Array(repeating: modes[index], count: d),
        hasNorm: configuration.norms.contains(index), in: builder)
      inputs =
        outputs + (UNO.partner(of: index, blocks: count).map { configuration.multipliers[$0] * width } ?? 0)
      return block
    }
    projection = PointwiseNetwork(
      "projection", inputs: inputs + width, hidden: width, outputs: signature.outputChannels, in: builder)
    try requireModes(on: signature.gridShape)
  }

  /// The block whose output stands beside that of block `index`: its mirror image, unless they are neighbours.
  static func partner(of index: Int, blocks: Int) -> Int? {
    let mirror = blocks - 2 - index
    return mirror >= 0 && mirror <= index - 2 ? mirror : nil
  }

  private func padded(_ grid: [Int]) -> [Int] {
    zip(grid, padding).map { $0 + Int((Double($0) * $1).rounded()) }
  }

  /// Grids of the blocks' outputs, rounded down.
  private func grids(_ grid: [Int]) -> [[Int]] {
    scales.map { scale in padded(grid).map { max(1, Int(Double($0) * scale)) } }
  }

  /// Refuses modes that a block does not have on the training grid: their weights would never be used.
  private func requireModes(on grid: [Int]) throws {
    let ends = grids(grid)
    for (index, (from, to)) in zip([padded(grid)] + ends, ends).enumerated() {
      for (axis, points) in zip(from, to).map({ min($0, $1) }).enumerated() {
        let most = axis == grid.count - 1 ? points / 2 + 1 : points / 2
        if modes[index] > most {
          throw ModelError.modesExceedLayer(
            key: "modes[\(index)]", layer: index, modes: modes[index], points: points, most: most)
        }
      }
    }
  }

  public func validate(grid: [Int]) throws {
    let ends = grids(grid)
    for (index, end) in ends.enumerated() {
      if let mirror = UNO.partner(of: index, blocks: blocks.count), ends[mirror] != end {
        throw ModelError.gridChanges(key: "scales", from: ends[mirror], to: end)
      }
    }
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    let grid = input.shape.grid
    let none = grid.map { _ in 0 }
    let lifted = lifting.reduce(embedding(input)) { $1($0).activated(.gelu) }
    let first = lifted.padded(before: none, after: zip(padded(grid), grid).map { $0 - $1 })
    var outputs: [Variable] = []
    var x = first
    for (index, (block, grid)) in zip(blocks, grids(grid)).enumerated() {
      let y = block(x, grid: grid)
      outputs.append(y)
      x = UNO.partner(of: index, blocks: blocks.count).map { y.concatenated(with: outputs[$0]) } ?? y
    }
    return projection(x.concatenated(with: first).cropped(origin: none, grid: grid))
  }
}
