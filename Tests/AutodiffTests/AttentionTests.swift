import Autodiff
import Tensors
import TestSupport
import Testing

@Suite("Attention") struct AttentionTests {
  private let heads = 2
  private let width = 3
  private let valueWidth = 5

  private func random(_ name: String, _ count: Int) -> [Double] {
    let numbers = Philox(seed: 8, stream: name)
    return (0..<count).map { numbers.normals(UInt64($0)).0 }
  }

  private func evaluate(
    queries: Int, keys: Int, q: [Double], k: [Double], v: [Double],
    _ body: (_ q: Variable, _ k: Variable, _ v: Variable) -> Variable
  ) -> [Double] {
    let graph = Graph(precision: .float64)
    let inputs = [(queries, heads * width), (keys, heads * width), (keys, heads * valueWidth)].map {
      graph.input(FieldShape(batch: 1, grid: [$0.0], channels: $0.1))
    }
    let y = body(inputs[0], inputs[1], inputs[2])
    let program = Program(graph, results: [y])
    let frame = Frame(program, parameters: HostBuffer(count: 1, precision: .float64))
    for (variable, values) in zip(inputs, [q, k, v]) {
      let memory = program.values(of: variable, in: frame)
      for (i, value) in values.enumerated() { memory[i] = value }
    }
    program.forward(in: frame)
    let output = program.values(of: y, in: frame)
    return (0..<output.count).map { output[$0] }
  }

  private func buffer(_ values: [Double]) -> HostBuffer {
    let buffer = HostBuffer(count: values.count, precision: .float64)
    for (i, value) in values.enumerated() { buffer[i] = value }
    return buffer
  }

  /// Σ_j a_ij v_j, a from scores and weights, divided by Σ_j a_ij where asked for.
  private func definition(
    queries: Int, keys: Int, q: [Double], k: [Double], v: [Double], weights: [Double], divides: Bool,
    _ map: (Double) -> Double
  ) -> [Double] {
    var result: [Double] = []
    for i in 0..<queries {
      for h in 0..<heads {
        let a = (0..<keys).map { j -> Double in
          let score = (0..<width).reduce(0.0) {
            $0 + q[(i * heads + h) * width + $1] * k[(j * heads + h) * width + $1]
          }
          return weights[j] * map(score)
        }
        let total = divides ? a.reduce(0, +) : 1
        for e in 0..<valueWidth {
          result.append((0..<keys).reduce(0.0) { $0 + a[$1] * v[($1 * heads + h) * valueWidth + e] } / total)
        }
      }
    }
    return result
  }

  @Test("equals its definition over several tiles, with any weights")
  func softmax() {
    let (queries, keys) = (101, 133)
    let (q, k) = (random("q", queries * heads * width), random("k", keys * heads * width))
    let v = random("v", keys * heads * valueWidth)
    let weights = (0..<keys).map { 0.1 + Double($0 % 7) }
    let expected = definition(
      queries: queries, keys: keys, q: q, k: k, v: v, weights: weights, divides: true
    ) { $0.exponential }
    let actual = evaluate(queries: queries, keys: keys, q: q, k: k, v: v) {
      $0.attention(keys: $1, values: $2, heads: heads, scale: 1, weights: buffer(weights))
    }
    expectClose(actual, expected, tolerance: 1e-13)
    let linear = definition(
      queries: queries, keys: keys, q: q, k: k, v: v, weights: weights, divides: false
    ) { $0 }
    let actualLinear = evaluate(queries: queries, keys: keys, q: q, k: k, v: v) {
      $0.linearAttention(keys: $1, values: $2, heads: heads, weights: buffer(weights))
    }
    expectClose(actualLinear, linear, tolerance: 1e-13)
    let positive = (q.map { abs($0) }, k.map { abs($0) })
    let normalized = definition(
      queries: queries, keys: keys, q: positive.0, k: positive.1, v: v, weights: weights, divides: true
    ) { $0 }
    let actualNormalized = evaluate(queries: queries, keys: keys, q: positive.0, k: positive.1, v: v) {
      $0.linearAttention(keys: $1, values: $2, heads: heads, weights: buffer(weights), normalized: true)
    }
    expectClose(actualNormalized, normalized, tolerance: 1e-13)
  }

  /// A quadrature does not care whether a point is one or two of half the weight.
  @Test("does not change when a point is split into two halves", arguments: [false, true])
  func splitting(isLinear: Bool) {
    let (queries, keys) = (5, 9)
    let (q, k) = (random("q", queries * heads * width), random("k", keys * heads * width))
    let v = random("v", keys * heads * valueWidth)
    var weights = (0..<keys).map { 1 + Double($0) }
    func value(_ keys: Int, _ k: [Double], _ v: [Double], _ weights: [Double]) -> [Double] {
      evaluate(queries: queries, keys: keys, q: q, k: k, v: v) { q, k, v in
        isLinear
          ? q.linearAttention(keys: k, values: v, heads: heads, weights: buffer(weights))
          : q.attention(keys: k, values: v, heads: heads, weights: buffer(weights))
      }
    }
    let before = value(keys, k, v, weights)
    weights[keys - 1] /= 2
    let after = value(
      keys + 1, k + k.suffix(heads * width), v + v.suffix(heads * valueWidth), weights + [weights[keys - 1]])
    expectClose(after, before, tolerance: 1e-14)
  }

  @Test("survives scores that overflow an exponential")
  func largeScores() {
    let q = random("q", 4 * heads * width).map { 1e3 * $0 }
    let k = random("k", 200 * heads * width)
    let v = [Double](repeating: 1, count: 200 * heads * valueWidth)
    let y = evaluate(queries: 4, keys: 200, q: q, k: k, v: v) {
      $0.attention(keys: $1, values: $2, heads: heads)
    }
    expectClose(y, [Double](repeating: 1, count: y.count), tolerance: 1e-13)
  }
}
