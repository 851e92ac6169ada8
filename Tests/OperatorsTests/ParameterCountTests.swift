import Autodiff
import Configuration
import Fields
import Layers
import Operators
import Testing

/// The axes of a grid of the given extents on the unit cube.
func unitAxes(_ grid: [Int], boundary: GridAxis.Boundary = .periodic) -> [GridAxis] {
  grid.enumerated().map { index, count in
    GridAxis(
      name: ["x", "y", "z"][index], coordinates: (0..<count).map { Double($0) / Double(count) },
      boundary: boundary)
  }
}

/// A model built from JSON for a grid of the given extents.
func buildModel(
  _ json: String, inputs: Int, outputs: Int, grid: [Int], times: [Double] = [],
  boundary: GridAxis.Boundary = .periodic
) throws -> (
  model: any OperatorModel, builder: ParameterBuilder, signature: OperatorSignature
) {
  let reader = ConfigReader(try ConfigDocument.parse("{\"model\": \(json)}", source: "test.json"))
  let recipe = try ModelRegistry.read("model", from: reader)
  try reader.finish()
  let signature = OperatorSignature(
    inputChannels: inputs, outputChannels: outputs, axes: unitAxes(grid, boundary: boundary),
    outputTimes: times)
  let builder = ParameterBuilder()
  return (try recipe.build(signature, builder), builder, signature)
}

@Suite("Parameter counts are those of the published models") struct ParameterCountTests {
  struct Count: Sendable, CustomTestStringConvertible {
    var name: String
    var json: String
    var inputs: Int
    var outputs: Int
    var grid: [Int]
    var times: [Double] = []
    var expected: Int
    var testDescription: String { name }
  }

  /// A DeepONet with these hidden layers.
  private static func deepONet(branch: String, trunk: String, features: Int, more: String = "") -> String {
    """
    {"type": "deeponet", "features": \(features), "branch": {"type": "mlp", "hidden": \(branch)}, \
    "trunk": {"hidden": \(trunk)}\(more)}
    """
  }

  /// The networks of MT-DeepONet for the Fisher equation, with hidden layers of this width.
  private static func fisher(_ width: Int, features: Int) -> String {
    """
    {"type": "deeponet", "features": \(features), "trunk": {"hidden": [\(width), \(width), \(width)]}, "branch": \
    {"type": "mlp", "hidden": [\(width), \(width)], "layerNorm": true, "constantChannels": 4}}
    """
  }

  /// The local neural operators of NNs-to-NOs.
  private static func localNO(_ more: String) -> String {
    #"{"type": "local-no", "modes": 40, "width": 99, "liftingRatio": 2.59, "projectionRatio": 2.59, \#(more)}"#
  }

  static let published = [
    Count(
      name: "FNO-1D Burgers", json: #"{"type": "fno-original", "modes": 16, "width": 64}"#, inputs: 1,
      outputs: 1,
      grid: [1024], expected: 549_569),
    Count(
      name: "FNO-2D Darcy", json: #"{"type": "fno-original", "modes": 12, "width": 32, "padding": 0.1059}"#,
      inputs: 1,
      outputs: 1, grid: [85, 85], expected: 2_368_001),
    Count(
      name: "FNO-2D time", json: #"{"type": "fno-original", "modes": 12, "width": 20}"#, inputs: 10,
      outputs: 1,
      grid: [64, 64], expected: 926_357),
    // The paper's table counts 160 numbers of batch norms that its scripts construct and never call.
    Count(
      name: "FNO-2D time of the paper's table", json: #"{"type": "fno-original", "modes": 8, "width": 20}"#,
      inputs: 10, outputs: 1, grid: [64, 64], expected: 414_517 - 160),
    Count(
      name: "FNO-3D", json: #"{"type": "fno-original", "modes": 8, "width": 20, "padding": [0, 0, 0.15]}"#,
      inputs: 10,
      outputs: 1, grid: [64, 64, 40], expected: 6_558_377),
    Count(
      name: "neuraloperator Darcy", json: #"{"type": "fno", "modes": 16, "width": 24}"#, inputs: 1,
      outputs: 1,
      grid: [16, 16], expected: 671_113),
    Count(
      name: "neuraloperator FNO((12, 12), 64)", json: #"{"type": "fno", "modes": 12, "width": 64}"#,
      inputs: 1,
      outputs: 1, grid: [32, 32], expected: 2_803_393),
    Count(
      name: "neuraloperator Navier–Stokes",
      json: #"{"type": "fno", "modes": 64, "width": 64, "projectionRatio": 4}"#,
      inputs: 1, outputs: 1, grid: [128, 128], expected: 69_265_345),
    Count(
      name: "FNO of NNs-to-NOs",
      json: #"{"type": "fno", "modes": 64, "width": 62, "liftingRatio": 4.13, "projectionRatio": 4.13}"#,
      inputs: 1, outputs: 1, grid: [128, 128], expected: 65_013_187),
    Count(
      name: "TFNO, Tucker 0.42", json: #"{"type": "tfno", "modes": 16, "width": 64, "rank": 0.42}"#,
      inputs: 1,
      outputs: 1, grid: [16, 16], expected: 1_998_801),
    // 50,881 numbers besides the four weights, whose counts are those of FactorizedRankTests.
    Count(
      name: "TFNO, Tucker 0.1", json: #"{"type": "tfno", "modes": 16, "width": 64}"#, inputs: 1, outputs: 1,
      grid: [16, 16], expected: 50_881 + 4 * 119_588),
    Count(
      name: "TFNO, CP 0.1", json: #"{"type": "tfno", "modes": 16, "width": 64, "factorization": "cp"}"#,
      inputs: 1,
      outputs: 1, grid: [16, 16], expected: 50_881 + 4 * 2 * 386 * (1 + 64 + 64 + 16 + 9)),
    Count(
      name: "TFNO, train 0.1", json: #"{"type": "tfno", "modes": 16, "width": 64, "factorization": "tt"}"#,
      inputs: 1,
      outputs: 1, grid: [16, 16], expected: 50_881 + 4 * 118_942),
    Count(
      name: "TFNO, joint 0.1", json: #"{"type": "tfno", "modes": 64, "width": 64, "joint": true}"#, inputs: 1,
      outputs: 1, grid: [64, 64], expected: 50_881 + 6_412_880),
    // The TFNO whose lifting reads field and coordinates once more for each level: 3 · 128 numbers.
    Count(
      name: "MG-TFNO, Tucker 0.1, one level", json: #"{"type": "mg-tfno", "modes": 16, "width": 64}"#,
      inputs: 1, outputs: 1, grid: [32, 32], expected: 50_881 + 3 * 128 + 4 * 119_588),
    Count(
      name: "MG-TFNO, CP 0.1, two levels",
      json: #"{"type": "mg-tfno", "modes": 16, "width": 64, "levels": 2, "factorization": "cp"}"#, inputs: 1,
      outputs: 1, grid: [32, 32], expected: 50_881 + 2 * 3 * 128 + 4 * 2 * 386 * (1 + 64 + 64 + 16 + 9)),
    // Twice the TFNO: on every second point with four outputs (three more than one, each 128 weights and a bias), and on
    // windows with these four beside field and coordinates.
    Count(
      name: "MG-TFNO, Tucker 0.1, nested",
      json: #"{"type": "mg-tfno", "modes": 16, "width": 64, "surroundings": "nested"}"#, inputs: 1,
      outputs: 1,
      grid: [32, 32], expected: 2 * (50_881 + 4 * 119_588) + 3 * 129 + 4 * 128),
    Count(
      name: "original FNO on 64 modes, today's form without channel networks",
      json:
        #"{"type": "fno", "modes": 64, "width": 64, "mlpRatio": 0, "liftingRatio": 0, "projectionRatio": 4}"#,
      inputs: 1, outputs: 1, grid: [64, 64],
      expected: 4 * (2 * 64 * 64 * 64 * 33 + 64 + 64 * 64) + (3 * 64 + 64) + (64 * 256 + 256 + 256 + 1)),
    Count(
      name: "separable FNO", json: #"{"type": "fno", "modes": 16, "width": 64, "separable": true}"#,
      inputs: 1,
      outputs: 1, grid: [16, 16], expected: 50_881 + 4 * 2 * 64 * 16 * 9),
    Count(
      name: "DeepONet antiderivative", json: deepONet(branch: "[40]", trunk: "[40]", features: 40), inputs: 1,
      outputs: 1, grid: [100], expected: 7_401),
    Count(
      name: "stacked DeepONet",
      json: deepONet(branch: "[40]", trunk: "[40]", features: 40, more: #", "stacked": true"#),
      inputs: 1, outputs: 1, grid: [100], expected: 164_961),
    Count(
      name: "DeepONet Burgers 2022",
      json: deepONet(
        branch: "[128, 128, 128]", trunk: #"[128, 128], "features": {"type": "periodic", "frequencies": 2}"#,
        features: 128),
      inputs: 1, outputs: 1, grid: [128], expected: 99_713),
    Count(
      name: "POD-DeepONet Burgers 2022",
      json: #"{"type": "pod-deeponet", "modes": 32, "branch": {"type": "mlp", "hidden": [128, 128]}}"#,
      inputs: 1,
      outputs: 1, grid: [128], expected: 37_152),
    Count(
      name: "DeepONet advection 2022", json: deepONet(branch: "[512]", trunk: "[512, 512]", features: 512),
      inputs: 1,
      outputs: 40, grid: [40], times: (0..<40).map { Double($0) / 39 }, expected: 810_497),
    Count(
      name: "multi-task DeepONet of the Fisher equation", json: fisher(128, features: 300), inputs: 5,
      outputs: 20, grid: [64], times: (0..<20).map { Double($0) / 19 }, expected: 136_665),
    Count(
      name: "one of three nets of its size", json: fisher(72, features: 160), inputs: 5, outputs: 20,
      grid: [64], times: (0..<20).map { Double($0) / 19 }, expected: 44_601),
    Count(
      name: "DeepONet of MultiONet's size",
      json: deepONet(branch: "[128, 128, 128]", trunk: "[128, 128, 128]", features: 128), inputs: 1,
      outputs: 1,
      grid: [128], expected: 115_841),
    Count(
      name: "DeepONet Darcy 2022, convolutions",
      json:
        #"{"type": "deeponet", "features": 128, "branch": {"type": "cnn"}, "trunk": {"hidden": [128, 128, 128]}}"#,
      inputs: 1, outputs: 1, grid: [29, 29], expected: 682_753),
    Count(
      name: "POD-DeepONet Darcy 2022",
      json: #"{"type": "pod-deeponet", "modes": 115, "branch": {"type": "cnn"}}"#,
      inputs: 1, outputs: 1, grid: [29, 29], expected: 631_155),
    Count(
      name: "U-Net of NNs-to-NOs", json: #"{"type": "unet", "width": 19, "kernel": 9}"#, inputs: 1,
      outputs: 1,
      grid: [128, 128], expected: 65_502_463),
    Count(
      name: "U-Net of NNs-to-NOs, interpolated kernels",
      json: #"{"type": "unet", "width": 19, "kernel": 9, "kernelInterpolation": "linear"}"#, inputs: 1,
      outputs: 1,
      grid: [128, 128], expected: 65_502_463),
    // As many as scripts/bench/unet.py has.
    Count(
      name: "U-Net of configs/bench",
      json: #"{"type": "unet", "width": 32, "multipliers": [1, 2, 2, 2], "blocks": 1}"#, inputs: 1,
      outputs: 1,
      grid: [64, 64], expected: 7_526_785),
    Count(
      name: "U-NO Darcy (UNO_9)", json: #"{"type": "uno", "width": 32, "padding": 0.1412}"#, inputs: 1,
      outputs: 1,
      grid: [85, 85], expected: 16_393_665),
    // 99² numbers fewer than the reference, whose difference kernel has a tap that drops out.
    Count(
      name: "LocalNO with differences", json: localNO(#""difference": "last", "integral": "none""#),
      inputs: 1,
      outputs: 1, grid: [128, 128], expected: 66_083_445 - 99 * 99),
    // 99² numbers per layer fewer than the reference, which has a fifth kernel function that is zero.
    Count(
      name: "LocalNO with DISCO", json: localNO(#""difference": "none", "radius": 0.015625"#), inputs: 1,
      outputs: 1, grid: [128, 128], expected: 66_191_652 - 4 * 99 * 99),
    Count(
      name: "OFormer of NNs-to-NOs",
      json: #"{"type": "oformer", "width": 220, "heads": 16, "headWidth": 220}"#, inputs: 1, outputs: 1,
      grid: [128, 128], expected: 68_931_941),
    // The kind of attention has no parameters of its own.
    Count(
      name: "OFormer of configs/train",
      json:
        #"{"type": "oformer", "width": 32, "heads": 2, "headWidth": 16, "modes": 12, "embedding": "circle", "attention": "nala"}"#,
      inputs: 1, outputs: 1, grid: [32, 32],
      expected: 192 + 4 * (3 * 64 + 3 * 1024 + 1056 + 2 * 12 * 7 * 1024 + 32 + 4192) + 33),
    Count(
      name: "ViT of configs/train", json: #"{"type": "vit"}"#, inputs: 1, outputs: 1, grid: [32, 32],
      expected: (32 * 96 + 96) + 4 * (2 * 192 + 4 * 9216 + 96 + 96 * 192 + 192 + 192 * 96 + 96) + 192
        + (96 * 512 + 512) + (33 * 64 + 64 + 65)),
    // The DeepONet of that size and one weight for each paired layer.
    Count(
      name: "MultiONet", json: #"{"type": "multionet", "width": 128, "layers": 4, "paired": 4}"#, inputs: 1,
      outputs: 1,
      grid: [128], expected: 115_841 + 4),
    Count(
      name: "MgNO Darcy rough", json: #"{"type": "mgno"}"#, inputs: 1, outputs: 1, grid: [256, 256],
      expected: 572_661),
    Count(
      name: "MgNO Darcy smooth", json: #"{"type": "mgno", "layers": 5, "upKernels": [3, 4, 3, 3, 4]}"#,
      inputs: 1,
      outputs: 1, grid: [211, 211], expected: 678_093),
    Count(
      name: "MgNO pipe", json: #"{"type": "mgno", "layers": 5, "postIterations": [0, 0, 0, 0, 1]}"#,
      inputs: 2,
      outputs: 1, grid: [128, 128], expected: 783_876),
    Count(
      name: "MgNO Navier–Stokes", json: mgnoNavierStokes, inputs: 1, outputs: 1, grid: [64, 64],
      expected: 2_885_194),
    // The authors' code counts 11,241 numbers more, which its forward pass never touches.
    Count(
      name: "MgNO Helmholtz", json: mgnoHelmholtz, inputs: 1, outputs: 1, grid: [101, 101],
      expected: 5_340_565),
    Count(
      name: "CoDA-NO, two variables in the plane", json: #"{"type": "codano"}"#, inputs: 2, outputs: 2,
      grid: [32, 32], expected: 5_943_201),
    Count(
      name: "CoDA-NO, two heads and small",
      json: #"{"type": "codano", "modes": 4, "width": 8, "layers": 2, "heads": 2, "liftingWidth": 16, "#
        + #""projectionWidth": 12, "networkWidth": 6}"#, inputs: 2, outputs: 2, grid: [8, 8],
      expected: 27_081),
    Count(
      name: "LSM Darcy", json: #"{"type": "lsm", "patch": 6, "padding": 0.1294}"#, inputs: 1, outputs: 1,
      grid: [85, 85], expected: 19_187_457),
    Count(
      name: "LSM Darcy, physical patches", json: #"{"type": "lsm"}"#, inputs: 1, outputs: 1, grid: [85, 85],
      expected: 19_187_457),
    Count(
      name: "LSM Navier–Stokes", json: #"{"type": "lsm", "patch": 4}"#, inputs: 10, outputs: 1,
      grid: [64, 64],
      expected: 19_188_033),
    Count(
      name: "LSM airfoil",
      json: #"{"type": "lsm", "width": 32, "patch": [14, 4], "padding": [0.0136, 0.2549]}"#, inputs: 2,
      outputs: 1,
      grid: [221, 51], expected: 4_812_833),
    Count(
      name: "LSM pipe", json: #"{"type": "lsm", "width": 48, "patch": 9, "padding": 0.1163}"#, inputs: 2,
      outputs: 1,
      grid: [129, 129], expected: 10_804_913),
    Count(
      name: "LSM plasticity",
      json: #"{"type": "lsm", "width": 32, "patch": [7, 2, 2], "padding": [0.1089, 0.0323, 0.6]}"#, inputs: 1,
      outputs: 4, grid: [101, 31, 20], expected: 13_457_828),
  ]

  private static let mgnoNavierStokes = """
    {"type": "mgno", "width": 32, "layers": 5, "iterations": [1, 1, 1, 2, 2], "padding": "periodic", \
    "upPadding": "zero", "convolutionBias": true, "norm": "level", "skip": false, "residual": true}
    """
  private static let mgnoHelmholtz = """
    {"type": "mgno", "width": 20, "iterations": [1, 1, 1, 1, 2], "padding": "reflect", "transferPadding": false, \
    "upKernels": [3, 4, 4, 3], "widening": true, "convolutionBias": true, "norm": "layer", "skip": false, \
    "projection": "cycle"}
    """

  @Test(arguments: published)
  func count(_ c: Count) throws {
    let built = try buildModel(c.json, inputs: c.inputs, outputs: c.outputs, grid: c.grid, times: c.times)
    #expect(built.builder.parameterCount == c.expected)
  }
}
