import Diagnostics
import Solvers
import TestSupport
import Testing

/// Sums of 256 sines in another order; the largest source value is about 10.
private let sumTolerance = 1e-12

@Suite("Poisson")
struct PoissonTests {
  @Test("the source of a single sine has the solution of the closed form")
  func singleMode() throws {
    let sample = try solveSample("{\"type\": \"poisson\", \"points\": 21, \"modes\": 1}", index: 4)
    for (f, u) in zip(sample.fields[0], sample.fields[1]) {
      #expect(abs(u - f / (2 * .pi * .pi)) <= sumTolerance * abs(f))
    }
    let sines = (0..<21).map { sine(.pi * Double($0) / 20) }
    let peak = sample.fields[0][10 * 21 + 10]
    expectCloseBar(
      sample.fields[0], (0..<441).map { peak * sines[$0 / 21] * sines[$0 % 21] }, tolerance: sumTolerance,
      "Poisson: closed form of a sine")
  }

  @Test("the Laplacian of the solution is the source, by the sines of the grid")
  func laplacian() throws {
    let (n, modes) = (33, 12)
    let sample = try solveSample("{\"type\": \"poisson\", \"points\": \(n), \"modes\": \(modes)}")
    let table = (0...modes).map { k in (0..<n).map { sine(.pi * Double(k * $0) / Double(n - 1)) } }
    func amplitude(_ field: [Double], _ i: Int, _ j: Int) -> Double {
      var sum = 0.0
      for x in 0..<n { for y in 0..<n { sum += field[x * n + y] * table[i][x] * table[j][y] } }
      return sum * 4 / Double((n - 1) * (n - 1))
    }
    for (i, j) in [(1, 1), (2, 5), (12, 12), (7, 1)] {
      let expected = amplitude(sample.fields[0], i, j) / (.pi * .pi * Double(i * i + j * j))
      #expect(abs(amplitude(sample.fields[1], i, j) - expected) <= sumTolerance)
      #expect(expected != 0)
    }
  }

  @Test("a sample is one function on every grid")
  func nested() throws {
    let fine = try solveSample("{\"type\": \"poisson\", \"points\": 65}", index: 1)
    let coarse = try solveSample("{\"type\": \"poisson\", \"points\": 33}", index: 1)
    for field in 0..<2 {
      expectClose(
        coarse.fields[field], subgrid(fine.fields[field], width: 65, count: 33, stride: 2),
        tolerance: sumTolerance, "field \(field)")
    }
  }

  @Test("sines that the grid does not hold are refused")
  func refusal() {
    let error = #expect(throws: Diagnostic.self) {
      try makeProblem("{\"type\": \"poisson\", \"points\": 9, \"modes\": 8}")
    }
    #expect(error?.fix == "set points to 10 or more")
  }
}
