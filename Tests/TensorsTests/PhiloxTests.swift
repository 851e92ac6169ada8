import Tensors
import Testing

@Suite("Philox") struct PhiloxTests {
  @Test("gives the published words")
  func knownAnswers() {
    #expect(
      Philox.block(counter: SIMD4(0, 0, 0, 0), key: (0, 0))
        == SIMD4(0x1655_4d9e_ca36_314c, 0xdb20_fe9d_672d_0fdc, 0xd7e7_72ce_e186_176b, 0x7e68_b68a_ec7b_a23b))
    #expect(
      Philox.block(counter: SIMD4(1, 0, 0, 0), key: (0, 0))
        == SIMD4(0x02f4_ba64_08e4_d89b, 0x3dd6_2b0b_9ca8_c5b2, 0x1c86_67a5_5d90_2e79, 0x907d_7a05_2fd5_b4dc))
  }

  @Test("normal numbers have the moments of the normal distribution")
  func moments() {
    let numbers = Philox(seed: 4, stream: "moments")
    let count = 200_000
    let sample = (0..<(count / 2)).flatMap { i -> [Double] in
      let (a, b) = numbers.normals(UInt64(i))
      return [a, b]
    }
    let mean = sample.reduce(0, +) / Double(count)
    let variance = sample.reduce(0) { $0 + $1 * $1 } / Double(count)
    let fourth = sample.reduce(0) { $0 + $1 * $1 * $1 * $1 } / Double(count)
    // Five standard errors: 1/√n, √2/√n, √96/√n.
    let error = 5 / Double(count).squareRoot()
    #expect(abs(mean) < error)
    #expect(abs(variance - 1) < error * 2.0.squareRoot())
    #expect(abs(fourth - 3) < error * 96.0.squareRoot())
  }

  @Test("permutations contain everything once, and differ by index and stream")
  func permutations() {
    let shuffle = Philox(seed: 1, stream: "shuffle")
    let first = shuffle.permutation(count: 100, index: 0)
    #expect(first.sorted() == Array(0..<100))
    #expect(first != shuffle.permutation(count: 100, index: 1))
    #expect(first != Philox(seed: 1, stream: "other").permutation(count: 100, index: 0))
    #expect(first == Philox(seed: 1, stream: "shuffle").permutation(count: 100, index: 0))
  }
}
