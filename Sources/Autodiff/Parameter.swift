import Tensors

/// One trainable array: its name in checkpoints, its shape, and its place in the flat parameter memory.
public final class Parameter: Sendable {
  /// How the numbers are to be read.
  public enum Kind: Sendable, Equatable {
    case real
    /// Blocks of `[real part | imaginary part]`, each part `block` elements long.
    case complexPairs(block: Int)
  }

  /// Distribution of the initial values.
  public enum Initial: Sendable, Equatable {
    case zeros
    /// 1, which for complex pairs has the imaginary part 0.
    case ones
    /// Uniform on [−bound, bound).
    case uniform(bound: Double)
    /// Uniform on [0, upper) — for complex pairs, both parts (the original FNO).
    case positiveUniform(upper: Double)
    /// Normal with this standard deviation; for complex pairs of |z|, so each part has it over √2.
    case normal(deviation: Double)
  }

  public let name: String
  public let shape: [Int]
  public let kind: Kind
  public let initial: Initial
  /// First element in the flat memory.
  public let offset: Int
  /// Whether training changes it; otherwise it is part of the model that follows from the data, and is saved with it.
  public let isTrained: Bool
  /// Elements; of a shape that no memory holds, ``mostElements``.
  public let count: Int

  /// More than any memory holds, and far enough from overflow for sums of it.
  static let mostElements = 1 << 56

  init(name: String, shape: [Int], kind: Kind, initial: Initial, offset: Int, isTrained: Bool) {
    self.name = name
    self.shape = shape
    self.kind = kind
    self.initial = initial
    self.offset = offset
    self.isTrained = isTrained
    count = Int(min(shape.reduce(1) { $0 * Double($1) }, Double(Parameter.mostElements)))
  }

  public var range: Range<Int> { offset..<(offset + count) }

  /// The initial values: a function of the seed, the parameter's name and the element alone.
  public func initialize(_ values: HostBuffer, seed: UInt64) {
    let generator = Philox(seed: seed, stream: "parameter/" + name)
    switch initial {
    case .zeros:
      for i in range { values[i] = 0 }
    case .ones:
      for i in range { values[i] = isImaginary(i - offset) ? 0 : 1 }
    case .uniform(let bound):
      fill(values) {
        bound * (2 * $0 - 1)
      } from: { i in
        generator.uniforms(UInt64(i))
      }
    case .positiveUniform(let upper):
      fill(values) {
        upper * $0
      } from: { i in
        generator.uniforms(UInt64(i))
      }
    case .normal(let deviation):
      let each = kind == .real ? deviation : deviation * 0.5.squareRoot()
      fill(values) {
        each * $0
      } from: { i in
        let (a, b) = generator.normals(UInt64(i), 0)
        let (c, d) = generator.normals(UInt64(i), 1)
        return SIMD4(a, b, c, d)
      }
    }
  }

  private func isImaginary(_ index: Int) -> Bool {
    guard case .complexPairs(let block) = kind else { return false }
    return index / block % 2 == 1
  }

  private func fill(_ values: HostBuffer, _ map: (Double) -> Double, from block: (Int) -> SIMD4<Double>) {
    for start in stride(from: 0, to: count, by: 4) {
      let four = block(start / 4)
      for lane in 0..<min(4, count - start) { values[offset + start + lane] = map(four[lane]) }
    }
  }
}
