import Layers
import Testing

/// Ranks and counts computed with TensorLy; a complex number counts twice.
@Suite("Ranks of factorised weights") struct FactorizedRankTests {
  struct Reference: Sendable, CustomTestStringConvertible {
    var shape: [Int]
    var fraction: Double
    var ranks: [Int]
    var numbers: Int
    var testDescription: String { "\(shape) at \(fraction)" }
  }

  static let tuckerTable = [
    Reference(shape: [64, 64, 64, 33], fraction: 1, ranks: [64, 64, 64, 33], numbers: 17_328_258),
    Reference(shape: [64, 64, 64, 33], fraction: 0.42, ranks: [51, 51, 51, 27], numbers: 7_184_520),
    Reference(shape: [64, 64, 64, 33], fraction: 0.1, ranks: [36, 36, 36, 19], numbers: 1_788_006),
    Reference(shape: [64, 64, 64, 33], fraction: 0.05, ranks: [30, 30, 30, 16], numbers: 876_576),
    Reference(shape: [64, 64, 64, 33], fraction: 0.01, ranks: [20, 20, 20, 10], numbers: 168_340),
    Reference(shape: [64, 64, 16, 9], fraction: 0.42, ranks: [51, 51, 13, 7], numbers: 486_980),
    Reference(shape: [64, 64, 16, 9], fraction: 0.1, ranks: [35, 35, 9, 5], numbers: 119_588),
    Reference(shape: [64, 64, 16, 9], fraction: 0.05, ranks: [29, 29, 7, 4], numbers: 54_816),
    Reference(shape: [64, 64, 16, 9], fraction: 0.01, ranks: [18, 18, 4, 3], numbers: 12_566),
    Reference(shape: [64, 64, 12, 7], fraction: 0.42, ranks: [51, 51, 10, 6], numbers: 325_500),
    Reference(shape: [64, 64, 12, 7], fraction: 0.1, ranks: [35, 35, 7, 4], numbers: 77_784),
    Reference(shape: [32, 32, 32, 17], fraction: 0.42, ranks: [26, 26, 26, 14], numbers: 497_596),
    Reference(shape: [32, 32, 32, 17], fraction: 0.1, ranks: [18, 18, 18, 9], numbers: 108_738),
    Reference(shape: [32, 32, 32, 17], fraction: 0.01, ranks: [10, 10, 10, 5], numbers: 12_090),
    Reference(shape: [8, 64, 64, 32, 32], fraction: 1, ranks: [8, 64, 64, 32, 32], numbers: 67_129_472),
    Reference(shape: [8, 64, 64, 32, 32], fraction: 0.42, ranks: [7, 54, 54, 27, 27], numbers: 29_778_088),
    Reference(shape: [8, 64, 64, 32, 32], fraction: 0.1, ranks: [5, 40, 40, 20, 20], numbers: 6_412_880),
    Reference(shape: [8, 64, 64, 32, 32], fraction: 0.05, ranks: [4, 35, 35, 18, 18], numbers: 3_186_528),
    Reference(shape: [8, 64, 64, 32, 32], fraction: 0.01, ranks: [3, 25, 25, 13, 13], numbers: 641_862),
    Reference(shape: [64, 64, 32, 32], fraction: 0.42, ranks: [51, 51, 26, 26], numbers: 3_532_936),
    Reference(shape: [64, 64, 32, 32], fraction: 0.1, ranks: [36, 36, 18, 18], numbers: 851_328),
    Reference(shape: [64, 64, 32, 32], fraction: 0.01, ranks: [20, 20, 10, 10], numbers: 86_400),
  ]

  @Test("Tucker", arguments: tuckerTable)
  func tucker(_ r: Reference) {
    #expect(FactorizedRank.tucker(shape: r.shape, fraction: r.fraction) == r.ranks)
    let factors = zip(r.shape, r.ranks).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(2 * (r.ranks.reduce(1, *) + factors) == r.numbers)
  }

  @Test("Tucker with axes that keep their extent")
  func fixed() {
    let ranks = FactorizedRank.tucker(shape: [8, 64, 64, 32, 32], fraction: 0.1, fixed: [0])
    #expect(ranks[0] == 8 && ranks.dropFirst().allSatisfy { $0 > 1 })
    let numbers = ranks.reduce(1, *) + zip(ranks, [8, 64, 64, 32, 32]).reduce(0) { $0 + $1.0 * $1.1 }
    let wanted = 0.1 * 33_554_432
    #expect(abs(Double(numbers) - wanted) < 0.1 * wanted)
  }

  static let cpTable = [
    Reference(shape: [64, 64, 64, 33], fraction: 0.1, ranks: [3845], numbers: 0),
    Reference(shape: [64, 64, 64, 33], fraction: 0.01, ranks: [384], numbers: 0),
    Reference(shape: [64, 64, 16, 9], fraction: 0.1, ranks: [386], numbers: 0),
    Reference(shape: [64, 64, 16, 9], fraction: 0.01, ranks: [39], numbers: 0),
    Reference(shape: [8, 64, 64, 32, 32], fraction: 0.1, ranks: [16_777], numbers: 0),
    Reference(shape: [8, 64, 64, 32, 32], fraction: 0.01, ranks: [1678], numbers: 0),
  ]

  @Test("CP", arguments: cpTable)
  func cp(_ r: Reference) { #expect([FactorizedRank.cp(shape: r.shape, fraction: r.fraction)] == r.ranks) }

  static let trainTable = [
    Reference(shape: [64, 64, 64, 33], fraction: 0.1, ranks: [1, 87, 87, 66, 1], numbers: 1_719_300),
    Reference(shape: [64, 64, 64, 33], fraction: 0.01, ranks: [1, 27, 27, 21, 1], numbers: 0),
    Reference(shape: [64, 64, 16, 9], fraction: 0.1, ranks: [1, 37, 23, 7, 1], numbers: 118_942),
    Reference(shape: [8, 64, 64, 32, 32], fraction: 0.1, ranks: [1, 105, 187, 140, 93, 1], numbers: 0),
  ]

  @Test("tensor train", arguments: trainTable)
  func train(_ r: Reference) {
    #expect(FactorizedRank.tensorTrain(shape: r.shape, fraction: r.fraction) == r.ranks)
    let numbers = r.shape.indices.reduce(0) { $0 + r.ranks[$1] * r.shape[$1] * r.ranks[$1 + 1] }
    if r.numbers > 0 { #expect(2 * numbers == r.numbers) }
  }
}
