import Autodiff
import Fields
import Foundation
import Layers
import Operators
import Tensors
import TestSupport
import Testing

/// Sums of a few thousand products in double precision.
private let roundOff = 1e-11

/// Random trigonometric polynomials: the same function on every grid.
struct BandLimitedField {
  private let highest: Int
  private let dimensions: Int
  private let name: String

  init(highest: Int, dimensions: Int, name: String = "band") {
    (self.highest, self.dimensions, self.name) = (highest, dimensions, name)
  }

  /// Values `[grid…][channels]` on a periodic grid, or on one that has both ends.
  func values(_ grid: [Int], channels: Int, closed: Bool = false) -> [Double] {
    let numbers = Philox(seed: 8, stream: name)
    let side = 2 * highest + 1
    let modes = (0..<dimensions).reduce(1) { count, _ in count * side }
    return (0..<(grid.reduce(1, *) * channels)).map { place in
      var rest = place / channels
      var x = [Double](repeating: 0, count: dimensions)
      for axis in (0..<dimensions).reversed() {
        x[axis] = Double(rest % grid[axis]) / Double(closed ? grid[axis] - 1 : grid[axis])
        rest /= grid[axis]
      }
      return (0..<modes).reduce(0.0) { sum, mode in
        var index = mode
        var phase = 0.0
        for axis in 0..<dimensions {
          phase += 2 * .pi * Double(index % side - highest) * x[axis]
          index /= side
        }
        let (a, b) = numbers.normals(UInt64(mode), UInt64(place % channels))
        return sum + a * cos(phase) + b * sin(phase)
      }
    }
  }
}

@Suite("Laws of Fourier neural operators") struct FourierLawTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    var grid: [Int]
    var options: String
    var testDescription: String { "\(grid) \(options)" }

    /// - Parameter more: further keys.
    func json(_ type: String = "fno", _ more: String) -> String {
      #"{"type": "\#(type)", "modes": 5, "width": 4, "layers": 3, \#(options)\#(more)}"#
    }
  }

  static let settings = [
    Setting(grid: [12], options: ""), Setting(grid: [8, 10], options: ""),
    Setting(grid: [9, 7], options: #""skip": "soft-gating", "mlpSkip": "linear", "#),
    Setting(grid: [8, 7], options: #""skip": "identity", "stabilizer": "tanh", "#),
    Setting(grid: [8, 8], options: #""preactivation": true, "skip": "none", "mlpSkip": "identity", "#),
    Setting(grid: [8, 9], options: #""norm": "group", "#),
    Setting(grid: [8, 9], options: #""preactivation": true, "norm": "instance", "#),
    Setting(grid: [8, 8], options: #""separable": true, "mlpRatio": 0, "liftingRatio": 0, "#),
    Setting(grid: [6, 7, 8], options: ""),
  ]

  /// T5
  @Test(
    "without coordinates they commute with shifts of a periodic grid", arguments: settings, ["fno", "tfno"])
  func shifts(_ s: Setting, type: String) throws {
    let probe = try ModelProbe(s.json(type, #""embedding": "none""#), grid: s.grid)
    let shape = probe.shape(s.grid)
    let field = ModelProbe.noise(shape)
    let shift = s.grid.indices.map { [3, 2, 1][$0] }
    let moved = probe.output(shifted(field, s.grid, by: shift, channels: 2), shape)
    expectClose(
      moved, shifted(probe.output(field, shape), s.grid, by: shift, channels: 1), tolerance: roundOff)
  }

  @Test("with coordinates they do not")
  func coordinates() throws {
    let probe = try ModelProbe(
      FourierLawTests.settings[1].json("fno", #""embedding": "half-open""#), grid: [8, 10])
    let shape = probe.shape([8, 10])
    let field = ModelProbe.noise(shape)
    let moved = probe.output(shifted(field, [8, 10], by: [3, 2], channels: 2), shape)
    let expected = shifted(probe.output(field, shape), [8, 10], by: [3, 2], channels: 1)
    #expect(worstDifference(moved, expected).difference > 1e-3)
  }

  /// T4: a linear network of convolutions and pointwise maps keeps band-limited fields band-limited.
  @Test(
    "without activation, band-limited fields have the same output on every grid",
    arguments: [[10], [10, 9], [6, 8, 7]])
  func resolution(_ grid: [Int]) throws {
    let probe = try ModelProbe(linear, grid: grid)
    let field = BandLimitedField(highest: 2, dimensions: grid.count)
    let fine = grid.map { 2 * $0 }
    let onFine = probe.output(field.values(fine, channels: 2), probe.shape(fine))
    let onCoarse = probe.output(field.values(grid, channels: 2), probe.shape(grid))
    expectClose(coarsened(onFine, fine, by: 2, channels: 1), onCoarse, tolerance: roundOff)
  }

  @Test(
    "a mirrored network sees the field and its mirror image, and no jump at the ends",
    arguments: [GridAxis.Boundary.cellCentred, .closed])
  func mirrored(_ boundary: GridAxis.Boundary) throws {
    // The mirrored field on its whole period through the periodic network of the same weights.
    let grid = [6, 5]
    let period = grid.map { boundary == .closed ? 2 * ($0 - 1) : 2 * $0 }
    let settings = #""modes": 6, "width": 4, "layers": 1, "embedding": "none""#
    let probe = try ModelProbe(
      #"{"type": "fno", \#(settings), "continuation": "mirrored"}"#, grid: grid, boundary: boundary)
    let periodic = try ModelProbe(#"{"type": "fno", \#(settings)}"#, grid: period)
    let field = ModelProbe.noise(probe.shape(grid))
    let mirror = { (place: Int, axis: Int) in
      place < grid[axis] ? place : (boundary == .closed ? period[axis] : period[axis] - 1) - place
    }
    let continued = (0..<period[0]).flatMap { x in
      (0..<period[1]).flatMap { y in
        let point = mirror(x, 0) * grid[1] + mirror(y, 1)
        return field[2 * point..<2 * point + 2]
      }
    }
    let whole = periodic.output(continued, periodic.shape(period))
    let expected = (0..<grid[0]).flatMap { whole[$0 * period[1]..<$0 * period[1] + grid[1]] }
    expectClose(probe.output(field, probe.shape(grid)), expected, tolerance: roundOff)
  }

  @Test("without activation, mirrored waves have the same output on every grid that includes both ends")
  func mirroredResolution() throws {
    let probe = try ModelProbe(
      #"{"type": "fno", "modes": 8, "width": 4, "layers": 1, "embedding": "none", "activation": "identity", "#
        + #""continuation": "mirrored"}"#, grid: [9], boundary: .closed)
    let waves = { (points: Int) in
      (0..<points).flatMap { n -> [Double] in
        let angle = Double.pi * Double(n) / Double(points - 1)
        return [cos(2 * angle) + 0.3, cos(3 * angle)]
      }
    }
    let (coarse, fine) = (
      probe.output(waves(9), probe.shape([9])), probe.output(waves(17), probe.shape([17]))
    )
    expectClose((0..<9).map { fine[2 * $0] }, coarse, tolerance: roundOff)
  }

  private let linear =
    #"{"type": "fno", "modes": 6, "width": 4, "layers": 3, "embedding": "none", "activation": "identity"}"#

  /// T4: the activation makes frequencies that a grid cannot hold; the finer the grid, the fewer.
  @Test(
    "with activation, outputs at common points converge as the grid is refined", arguments: ["fno", "tfno"])
  func refinement(_ type: String) throws {
    let grid = [16, 12]
    let probe = try ModelProbe(
      #"{"type": "\#(type)", "modes": 6, "width": 4, "layers": 3, "embedding": "none"}"#, grid: grid)
    let field = BandLimitedField(highest: 1, dimensions: 2)
    let outputs = [1, 2, 4, 8].map { factor -> [Double] in
      let fine = grid.map { factor * $0 }
      let smooth = field.values(fine, channels: 2)
      return coarsened(probe.output(smooth, probe.shape(fine)), fine, by: factor, channels: 1)
    }
    let errors = outputs.dropLast().map { worstDifference($0, outputs[3]).difference }
    #expect(errors[0] > 1e-6, "the activation aliases on the coarsest grid: \(errors)")
    #expect(errors[1] < 0.01 * errors[0] && errors[2] < max(0.01 * errors[1], 1e-14), "\(errors)")
  }

  /// T9: frequency k of the input is multiplied by lifting · ∏ (W + R(k)) · projection.
  @Test("without activation a network is the product of its layers' symbols", arguments: 0...5)
  func symbol(_ k: Int) throws {
    let n = 12
    let probe = try ModelProbe(
      """
      {"type": "fno", "modes": 6, "width": 3, "layers": 2, "embedding": "none", "activation": "identity", \
      "mlpRatio": 0, "skip": "linear"}
      """, inputs: 1, grid: [n])
    func numbers(_ name: String, from first: Int = 0, count: Int? = nil) throws -> [Double] {
      let parameter = try #require(probe.builder.parameters.first { $0.name == name }, "\(name)")
      let range = parameter.range.dropFirst(first)
      return range.prefix(count ?? range.count).map { probe.values[$0] }
    }
    /// z·M for a complex row and a row-major matrix.
    func product(_ z: [(Double, Double)], _ re: [Double], _ im: [Double]? = nil) -> [(Double, Double)] {
      let columns = re.count / z.count
      return (0..<columns).map { column in
        z.indices.reduce((0.0, 0.0)) { sum, row in
          let (a, b) = (re[row * columns + column], im?[row * columns + column] ?? 0)
          return (sum.0 + z[row].0 * a - z[row].1 * b, sum.1 + z[row].0 * b + z[row].1 * a)
        }
      }
    }
    var z = product([(1, 0)], try numbers("lifting.first.weight"))
    z = product(z, try numbers("lifting.second.weight"))
    for layer in 0..<2 {
      let local = product(z, try numbers("blocks.\(layer).skip.weight"))
      guard k <= 3 else {
        z = local
        continue
      }
      let name = "blocks.\(layer).spectral.weight"
      let (re, im) = (
        try numbers(name, from: 18 * k, count: 9), try numbers(name, from: 18 * k + 9, count: 9)
      )
      // The mean of a real field is real.
      let mixed = product(z, re, k == 0 ? nil : im)
      z = zip(local, mixed).map { ($0.0 + $1.0, $0.1 + $1.1) }
    }
    z = product(z, try numbers("projection.first.weight"))
    let total = product(z, try numbers("projection.second.weight"))[0]
    func phase(_ i: Int) -> Double { 2 * .pi * Double(k * i) / Double(n) + 0.4 }
    let shape = probe.shape([n])
    let wave = probe.output((0..<n).map { cos(phase($0)) }, shape)
    let rest = probe.output([Double](repeating: 0, count: n), shape)
    expectClose(
      zip(wave, rest).map { $0 - $1 },
      (0..<n).map { total.0 * cos(phase($0)) - total.1 * sin(phase($0)) }, tolerance: roundOff)
  }

  /// T7
  @Test("an output on another grid is the same function", arguments: [[12], [12, 10], [6, 8, 10]])
  func outputGrid(_ grid: [Int]) throws {
    let fine = grid.map { 2 * $0 }
    let built = try buildModel(linear, inputs: 2, outputs: 1, grid: grid)
    let model = try #require(built.model as? FNO)
    let probe = try ModelProbe(linear, grid: grid)
    let field = BandLimitedField(highest: 2, dimensions: grid.count)
    let input = field.values(grid, channels: 2)
    let plain = probe.output(input, probe.shape(grid))
    let finer = probe.output(input, probe.shape(grid)) { model($0, outputGrid: fine) }
    expectClose(coarsened(finer, fine, by: 2, channels: 1), plain, tolerance: roundOff, "finer")
    let coarser = probe.output(field.values(fine, channels: 2), probe.shape(fine)) {
      model($0, outputGrid: grid)
    }
    expectClose(coarser, plain, tolerance: roundOff, "coarser")
  }

  /// T7: each frequency, alone on one axis, survives layers that end on other grids.
  @Test("scaling inside the network keeps every frequency that all grids hold", arguments: 0..<3)
  func scaling(_ axis: Int) throws {
    let options = #""layers": 4, "modes": 6, "width": 4, "embedding": "none", "activation": "identity""#
    let scaled = try ModelProbe(
      #"{"type": "fno", \#(options), "scaling": [0.5, 1, 2, 1]}"#, inputs: 1, grid: [12, 12, 12])
    let plain = try ModelProbe(#"{"type": "fno", \#(options)}"#, inputs: 1, grid: [12, 12, 12])
    for frequency in 0...2 {
      let field = (0..<1728).map { place -> Double in
        let index = [place / 144, place / 12 % 12, place % 12][axis]
        return cos(2 * .pi * Double(frequency * index) / 12 + 0.3)
      }
      let shape = scaled.shape([12, 12, 12])
      expectClose(
        scaled.output(field, shape), plain.output(field, shape), tolerance: roundOff, "\(frequency)")
    }
  }

  /// T6
  @Test(
    "on grids with fewer points than modes the frequencies that exist keep their own weights",
    arguments: [[12], [12, 9], [9, 12, 9]], ["fno", "tfno"])
  func coarse(_ grid: [Int], type: String) throws {
    let probe = try ModelProbe(linear.replacingOccurrences(of: "fno", with: type), grid: grid)
    let field = BandLimitedField(highest: 1, dimensions: grid.count)
    let few = grid.map { $0 / 3 }
    let onAll = probe.output(field.values(grid, channels: 2), probe.shape(grid))
    let onFew = probe.output(field.values(few, channels: 2), probe.shape(few))
    expectClose(onFew, coarsened(onAll, grid, by: 3, channels: 1), tolerance: roundOff)
  }

  /// T6
  @Test("more modes than points, and grids that scaling does not lead back to, are refused")
  func refusals() {
    #expect(throws: (any Error).self) {
      try ModelProbe(#"{"type": "fno", "modes": 9, "width": 4}"#, grid: [8, 8])
    }
    #expect(throws: (any Error).self) {
      try ModelProbe(#"{"type": "fno", "modes": 4, "layers": 2, "scaling": [0.5, 1]}"#, grid: [8, 8])
    }
    #expect(throws: (any Error).self) {
      try ModelProbe(#"{"type": "tfno", "modes": 4, "ranks": [2, 2]}"#, grid: [8, 8])
    }
    #expect(throws: (any Error).self) {
      try ModelProbe(#"{"type": "tfno", "modes": 4, "fixedAxes": [4]}"#, grid: [8, 8])
    }
  }

  @Test(
    "padding puts zeros around the lifted field, which are cut off again",
    arguments: [("both", [2, 1], [12, 12]), ("end", [0, 0], [10, 11])])
  func padding(_ sides: String, before: [Int], wide: [Int]) throws {
    let (grid, options) = ([8, 10], #""modes": 4, "width": 4, "embedding": "none""#)
    let padding = #""padding": [0.25, 0.1], "paddingSides": "\#(sides)""#
    let padded = try ModelProbe(#"{"type": "fno", \#(options), \#(padding)}"#, grid: grid)
    let plain = try ModelProbe(#"{"type": "fno", \#(options)}"#, grid: wide)
    // Without biases, zeros are lifted to zeros.
    for probe in [padded, plain] {
      for name in ["lifting.first.bias", "lifting.second.bias"] {
        let bias = try #require(probe.builder.parameters.first { $0.name == name })
        for place in bias.range { probe.values[place] = 0 }
      }
    }
    let field = ModelProbe.noise(padded.shape(grid))
    let places = (0..<80).map { (at: Int) in (at / 10 + before[0]) * wide[1] + at % 10 + before[1] }
    var surrounded = [Double](repeating: 0, count: plain.shape(wide).count)
    for (at, place) in places.enumerated() {
      for channel in 0..<2 { surrounded[2 * place + channel] = field[2 * at + channel] }
    }
    let whole = plain.output(surrounded, plain.shape(wide))
    expectClose(padded.output(field, padded.shape(grid)), places.map { whole[$0] }, tolerance: roundOff)
  }
}
