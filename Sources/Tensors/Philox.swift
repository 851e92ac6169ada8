/// Counter-based random numbers: Philox4x64-10.
///
/// A draw is a pure function of (seed, stream, index, position). A sample, a shuffle or an initial
/// weight therefore never depends on how many numbers were drawn before, on threads or on
/// resolution, and a checkpoint needs no generator state beyond its integers.
///
/// - References: J. K. Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011.
public struct Philox: Sendable {
  private let key: (UInt64, UInt64)

  /// - Parameters:
  ///   - seed: the seed a user states.
  ///   - stream: what the numbers are for (`initial-condition`, `shuffle`, …); streams of one seed
  ///     are independent.
  public init(seed: UInt64, stream: String) {
    key = (seed, Philox.hash(stream))
  }

  /// The four 64-bit words of a counter.
  public func block(_ c0: UInt64, _ c1: UInt64 = 0, _ c2: UInt64 = 0, _ c3: UInt64 = 0) -> SIMD4<UInt64> {
    Philox.block(counter: SIMD4(c0, c1, c2, c3), key: key)
  }

  /// Two independent standard normal numbers of a counter (Box–Muller on 53-bit uniforms).
  public func normals(_ c0: UInt64, _ c1: UInt64 = 0, _ c2: UInt64 = 0, _ c3: UInt64 = 0) -> (Double, Double)
  {
    let words = block(c0, c1, c2, c3)
    let radius = (-2 * naturalLogarithm(Philox.openUniform(words[0]))).squareRoot()
    let (sine, cosine) = sineAndCosine(2 * .pi * Philox.uniform(words[1]))
    return (radius * cosine, radius * sine)
  }

  /// Four independent uniform numbers in [0, 1) of a counter.
  public func uniforms(_ c0: UInt64, _ c1: UInt64 = 0, _ c2: UInt64 = 0, _ c3: UInt64 = 0) -> SIMD4<Double> {
    let words = block(c0, c1, c2, c3)
    return SIMD4(
      Philox.uniform(words[0]), Philox.uniform(words[1]), Philox.uniform(words[2]), Philox.uniform(words[3]))
  }

  /// A uniformly random permutation of `0..<count` (Fisher–Yates), a function of `index` alone.
  public func permutation(count: Int, index: UInt64) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) {
      let word = block(UInt64(i), index)[0]
      order.swapAt(i, Int(word.multipliedFullWidth(by: UInt64(i + 1)).high))
    }
    return order
  }

  /// The raw generator, for known-answer tests.
  public static func block(counter: SIMD4<UInt64>, key: (UInt64, UInt64)) -> SIMD4<UInt64> {
    var c = counter
    var k = key
    for round in 0..<10 {
      if round > 0 {
        k.0 &+= 0x9E37_79B9_7F4A_7C15
        k.1 &+= 0xBB67_AE85_84CA_A73B
      }
      let first = c[0].multipliedFullWidth(by: 0xD2E7_470E_E14C_6C93)
      let second = c[2].multipliedFullWidth(by: 0xCA5A_8263_9512_1157)
      c = SIMD4(
        second.high ^ c[1] ^ k.0, second.low, first.high ^ c[3] ^ k.1, first.low)
    }
    return c
  }

  private static func uniform(_ word: UInt64) -> Double { Double(word >> 11) * 0x1p-53 }
  private static func openUniform(_ word: UInt64) -> Double { Double((word >> 11) + 1) * 0x1p-53 }

  /// FNV-1a, so that a stream's name is part of the key.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}
