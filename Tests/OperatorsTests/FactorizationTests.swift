import Autodiff
import Layers
import Tensors
import TestSupport
import Testing

/// Sums of a few thousand products in double precision.
private let roundOff = 1e-11

@Suite("Factorised spectral weights") struct FactorizationTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    var form: String
    var options: String
    var grid: [Int]
    var testDescription: String { "\(form) \(options) in \(grid.count)-D" }

    func json(_ contraction: String) -> String {
      """
      {"type": "tfno", "modes": 6, "width": 5, "layers": 2, "factorization": "\(form)", "contraction": \
      "\(contraction)", \(options)}
      """
    }
  }

  static let settings = ["tucker", "cp", "tt"].flatMap { form in
    [[12], [10, 9], [7, 8, 9]].map { Setting(form: form, options: #""rank": 0.4"#, grid: $0) }
      + [[9], [10, 8], [7, 8, 9]].map {
        Setting(form: form, options: #""rank": 0.4, "joint": true"#, grid: $0)
      }
  }

  /// T10: both contractions are the same function, and have the same gradients.
  @Test("through the factors and reconstructed agree", arguments: settings)
  func contractions(_ s: Setting) throws {
    let a = try ModelProbe(s.json("factorized"), grid: s.grid)
    let b = try ModelProbe(s.json("reconstructed"), grid: s.grid)
    let shape = a.shape(s.grid, batch: 2)
    let field = ModelProbe.noise(shape)
    expectClose(a.output(field, shape), b.output(field, shape), tolerance: roundOff, "output")
    let (left, right) = (a.gradients(s.grid), b.gradients(s.grid))
    #expect(Set(left.keys) == Set(right.keys))
    for (name, gradient) in left {
      #expect(gradient.contains { $0 != 0 }, "\(name) has no gradient")
      expectClose(gradient, try #require(right[name]), tolerance: roundOff, "gradient of \(name)")
    }
  }

  @Test("without mixing of channels have gradients", arguments: ["tucker", "cp", "tt"])
  func separable(_ form: String) throws {
    let setting = Setting(form: form, options: #""rank": 0.5, "separable": true"#, grid: [8, 7])
    let probe = try ModelProbe(setting.json("auto"), grid: setting.grid)
    for (name, gradient) in probe.gradients(setting.grid) {
      #expect(gradient.contains { $0 != 0 }, "\(name) has no gradient")
    }
  }

  /// The dense weight from the factors by the defining sums, term by term.
  @Test("are the tensors that their factors define", arguments: ["tucker", "cp", "tt"])
  func definition(_ form: String) throws {
    let probe = try ModelProbe(
      """
      {"type": "tfno", "modes": 4, "width": 3, "layers": 1, "factorization": "\(form)", "rank": 0.5, \
      "contraction": "reconstructed"}
      """, grid: [8, 8])
    let factors = ComplexFactors(probe)
    let target = try #require(probe.builder.derivations.first?.target)
    let extents = [3, 3, 4, 3]
    for i in 0..<extents[0] {
      for o in 0..<extents[1] {
        for k in 0..<extents[2] {
          for l in 0..<extents[3] {
            let (re, im) = factors.number(form, [i, o, k, l])
            let block = form == "tt" ? l * extents[2] + k : k * extents[3] + l
            let at = target.offset + block * 2 * 9 + i * 3 + o
            #expect(abs(probe.values[at] - re) < roundOff && abs(probe.values[at + 9] - im) < roundOff)
          }
        }
      }
    }
  }

  /// E|T|² of the initial tensor: over seeds and numbers the mean of |T|²/σ² is 1. Numbers of one tensor share factors, so
  /// the spread over seeds is what counts: forty seeds, five standard errors.
  ///
  /// A train's is smaller by the product of its ranks, as in the library.
  @Test("start with the variance of the dense weight", arguments: ["tucker", "cp", "tt"])
  func variance(_ form: String) throws {
    let ranks = FactorizedRank.tensorTrain(shape: [8, 8, 8, 5], fraction: 0.5)
    let shrinkage = form == "tt" ? ranks.reduce(1.0) { $0 * Double($1) } : 1
    let means = try (0..<40).map { seed in
      let probe = try ModelProbe(
        """
        {"type": "tfno", "modes": 8, "width": 8, "layers": 1, "factorization": "\(form)", "rank": 0.5, \
        "contraction": "reconstructed"}
        """, grid: [16, 16], seed: UInt64(seed))
      let target = try #require(probe.builder.derivations.first?.target)
      let squares = target.range.reduce(0.0) { $0 + probe.values[$1] * probe.values[$1] }
      // σ² = 2/(8 + 8) per complex number.
      return squares / Double(target.count / 2) / (1.0 / 8) * shrinkage
    }
    let mean = means.reduce(0, +) / 40
    let deviation = (means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 39).squareRoot()
    #expect(abs(mean - 1) < 5 * deviation / 40.squareRoot() && deviation < 0.5)
  }
}

/// Factors of the first layer of a model, read as the page of TFNO defines them.
private struct ComplexFactors {
  private let probe: ModelProbe

  init(_ probe: ModelProbe) { self.probe = probe }

  private func parameter(_ name: String) -> Parameter {
    guard let found = probe.builder.parameters.first(where: { $0.name == "blocks.0.spectral.\(name)" }) else {
      preconditionFailure("no \(name)")
    }
    return found
  }

  private func value(_ p: Parameter, _ index: Int) -> (Double, Double) {
    (probe.values[p.offset + index], probe.values[p.offset + p.count / 2 + index])
  }

  private func times(_ a: (Double, Double), _ b: (Double, Double)) -> (Double, Double) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
  }

  /// U_axis[index, rank]; the matrix of output channels lies transposed.
  private func matrix(_ axis: Int, _ index: Int, _ rank: Int) -> (Double, Double) {
    let p = parameter("factors.\(axis)")
    return value(p, axis == 1 ? rank * p.shape[2] + index : index * p.shape[2] + rank)
  }

  func number(_ form: String, _ index: [Int]) -> (Double, Double) {
    var sum = (0.0, 0.0)
    switch form {
    case "tucker":
      let core = parameter("core")
      // [k][l][i][o]
      let r = Array(core.shape.dropFirst())
      for place in 0..<(core.count / 2) {
        var rest = place
        var ranks = [Int](repeating: 0, count: 4)
        for axis in (0..<4).reversed() {
          ranks[axis] = rest % r[axis]
          rest /= r[axis]
        }
        var term = value(core, place)
        for (axis, memory) in [(0, 2), (1, 3), (2, 0), (3, 1)] {
          term = times(term, matrix(axis, index[axis], ranks[memory]))
        }
        sum = (sum.0 + term.0, sum.1 + term.1)
      }
    case "cp":
      let weights = parameter("weights")
      for q in 0..<(weights.count / 2) {
        var term = value(weights, q)
        for axis in 0..<4 { term = times(term, matrix(axis, index[axis], q)) }
        sum = (sum.0 + term.0, sum.1 + term.1)
      }
    default:
      var row = [(1.0, 0.0)]
      for axis in 0..<4 {
        let p = parameter("factors.\(axis)")
        let isMode = axis >= 2
        let (left, right) = isMode ? (p.shape[3], p.shape[1]) : (p.shape[1], p.shape[3])
        var next = [(Double, Double)](repeating: (0, 0), count: right)
        for a in 0..<left {
          for b in 0..<right {
            let at =
              isMode ? (b * p.shape[2] + index[axis]) * left + a : (a * p.shape[2] + index[axis]) * right + b
            let term = times(row[a], value(p, at))
            next[b] = (next[b].0 + term.0, next[b].1 + term.1)
          }
        }
        row = next
      }
      sum = row[0]
    }
    return sum
  }
}
