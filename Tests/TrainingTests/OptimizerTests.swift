import Autodiff
import Configuration
import Tensors
import TestSupport
import Testing
import Training

@Suite("Optimizers") struct OptimizerTests {
  /// Three updates of one real and one complex number with fixed gradients, in double precision.
  private func weights(_ json: String, momentum: Double? = nil) throws -> [Double] {
    let reader = ConfigReader(try ConfigDocument.parse("{\"optimizer\": \(json)}", source: "test.json"))
    let read = try OptimizerRegistry.read("optimizer", from: reader)
    try reader.finish()
    let optimizer = momentum.map { read.with(momentum: $0) } ?? read
    let builder = ParameterBuilder()
    let real = builder.parameter("real", shape: [1], initial: .zeros)
    let complex = builder.parameter(
      "complex", shape: [1, 2, 1, 1], kind: .complexPairs(block: 1), initial: .zeros)
    let count = builder.memoryCount
    let (values, gradients) = (
      HostBuffer(count: count, precision: .float64), HostBuffer(count: count, precision: .float64)
    )
    values[real.offset] = 0.5
    values[complex.offset] = -0.2
    values[complex.offset + 1] = 0.8
    let state = type(of: optimizer).stateNames.map { _ in HostBuffer(count: count, precision: .float64) }
    for step in 1...3 {
      gradients[real.offset] = 0.3 * Double(step) - 0.5
      gradients[complex.offset] = 0.2 * Double(step)
      gradients[complex.offset + 1] = 0.1 - 0.3 * Double(step)
      for segment in ParameterSegment.segments(of: builder.parameters) {
        optimizer.update(
          segment, step: step, learningRate: optimizer.learningRate, kernels: Kernels(.float64),
          parameters: values,
          gradients: gradients, state: state)
      }
    }
    return [values[real.offset], values[complex.offset], values[complex.offset + 1]]
  }

  /// The textbook update, number by number; complex numbers share |g|² when `shared`.
  private func reference(rate: Double, coupled: Double, decoupled: Double, shared: Bool) -> [Double] {
    var w = [0.5, -0.2, 0.8]
    var m = [0.0, 0, 0]
    var v = [0.0, 0, 0]
    var (power1, power2) = (1.0, 1.0)
    for step in 1...3 {
      let s = Double(step)
      var g = [0.3 * s - 0.5, 0.2 * s, 0.1 - 0.3 * s]
      for i in 0..<3 { g[i] += coupled * w[i] }
      power1 *= 0.9
      power2 *= 0.999
      let modulus = g[1] * g[1] + g[2] * g[2]
      for i in 0..<3 {
        m[i] = 0.9 * m[i] + 0.1 * g[i]
        v[i] = 0.999 * v[i] + 0.001 * (shared && i > 0 ? modulus : g[i] * g[i])
        w[i] -= rate * decoupled * w[i]
        w[i] -= rate * (m[i] / (1 - power1)) / ((v[i] / (1 - power2)).squareRoot() + 1e-8)
      }
    }
    return w
  }

  @Test("with another momentum a rule is the one of that momentum")
  func momentum() throws {
    for (type, key) in [("adam", "beta1"), ("adamw", "beta1"), ("sgd", "momentum")] {
      let changed = try weights("{\"type\": \"\(type)\"}", momentum: 0.85)
      #expect(try weights("{\"type\": \"\(type)\", \"\(key)\": 0.85}") == changed)
      #expect(try weights("{\"type\": \"\(type)\"}") != changed)
    }
  }

  @Test("Adam follows its formula for real and complex numbers, decay in the gradient or apart from it")
  func adam() throws {
    let tolerance = 1e-14
    expectClose(
      try weights(#"{"type": "adam", "learningRate": 0.01, "weightDecay": 0.1}"#),
      reference(rate: 0.01, coupled: 0.1, decoupled: 0, shared: true), tolerance: tolerance, "adam, shared")
    expectClose(
      try weights(
        #"{"type": "adam", "learningRate": 0.01, "weightDecay": 0.1, "complexSecondMoment": "separate"}"#),
      reference(rate: 0.01, coupled: 0.1, decoupled: 0, shared: false), tolerance: tolerance, "adam, separate"
    )
    expectClose(
      try weights(#"{"type": "adamw", "learningRate": 0.02, "weightDecay": 0.3}"#),
      reference(rate: 0.02, coupled: 0, decoupled: 0.3, shared: true), tolerance: tolerance, "adamw")
  }

  @Test("Lion follows its formula")
  func lion() throws {
    var (w, m) = ([0.5, -0.2, 0.8], [0.0, 0, 0])
    for step in 1...3 {
      let s = Double(step)
      for (i, g) in [0.3 * s - 0.5, 0.2 * s, 0.1 - 0.3 * s].enumerated() {
        let direction = 0.8 * m[i] + 0.2 * g
        w[i] -= 0.01 * (0.3 * w[i] + (direction > 0 ? 1 : direction < 0 ? -1 : 0))
        m[i] = 0.95 * m[i] + 0.05 * g
      }
    }
    expectClose(
      try weights(
        #"{"type": "lion", "learningRate": 0.01, "weightDecay": 0.3, "beta1": 0.8, "beta2": 0.95}"#), w,
      tolerance: 1e-14, "lion")
  }

  @Test("gradient descent follows its formula")
  func sgd() throws {
    var (w, b) = ([0.5, -0.2, 0.8], [0.0, 0, 0])
    for step in 1...3 {
      let s = Double(step)
      let g = [0.3 * s - 0.5, 0.2 * s, 0.1 - 0.3 * s]
      for i in 0..<3 {
        b[i] = 0.8 * b[i] + g[i] + 0.01 * w[i]
        w[i] -= 0.05 * b[i]
      }
    }
    expectClose(
      try weights(#"{"type": "sgd", "learningRate": 0.05, "momentum": 0.8, "weightDecay": 0.01}"#), w,
      tolerance: 1e-14, "sgd")
  }
}
