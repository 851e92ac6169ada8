import Solvers
import Spectral
import Tensors
import TestSupport
import Testing

/// Two evaluations of one band-limited field differ by rounding only.
private let sameFieldTolerance = 1e-12
/// Standard errors that an empirical moment may lie away from its expectation.
private let standardErrors = 4.0

@Suite("Random fields")
struct RandomFieldTests {
  private let seed: UInt64 = 20

  @Test("Philox4x64-10 gives its published blocks")
  func philoxKnownAnswers() {
    let zero = Philox.block(counter: SIMD4(0, 0, 0, 0), key: (0, 0))
    #expect(
      zero
        == SIMD4(0x1655_4d9e_ca36_314c, 0xdb20_fe9d_672d_0fdc, 0xd7e7_72ce_e186_176b, 0x7e68_b68a_ec7b_a23b))
    let one = Philox.block(counter: SIMD4(1, 0, 0, 0), key: (0, 0))
    #expect(
      one == SIMD4(0x02f4_ba64_08e4_d89b, 0x3dd6_2b0b_9ca8_c5b2, 0x1c86_67a5_5d90_2e79, 0x907d_7a05_2fd5_b4dc)
    )
  }

  @Test("the point variances of the papers' fields are the known ones")
  func knownDeviations() {
    func torus(_ covariance: GaussianCovariance, modes: Int, dimensions: Int) -> Double {
      var sum = 0.0
      for k1 in -modes...modes {
        for k2 in dimensions == 1 ? 0...0 : -modes...modes where k1 != 0 || k2 != 0 {
          let deviation = covariance.deviation(squaredWavenumber: 4 * .pi * .pi * Double(k1 * k1 + k2 * k2))
          sum += deviation * deviation
        }
      }
      return sum.squareRoot()
    }
    // Standard deviations to the digits known: Burgers 0.5936; Navier-Stokes 0.185, and 0.262 in 2020.
    let burgers = torus(.init(variance: 625, tau: 5, alpha: 2), modes: 4096, dimensions: 1)
    let vorticity = torus(.init(variance: 343, tau: 7, alpha: 2.5), modes: 128, dimensions: 2)
    let published = torus(
      .init(variance: 343, tau: 7, alpha: 2.5, normalization: .fno2020), modes: 128, dimensions: 2)
    #expect(abs(burgers - 0.5936) < 5e-5)
    #expect(abs(vorticity - 0.185) < 5e-4)
    #expect(abs(published - 0.262) < 5e-4)
  }

  @Test("variance and two-point correlation on the circle follow the covariance")
  func lineMoments() {
    let covariance = GaussianCovariance(variance: 625, tau: 5, alpha: 2)
    let field = PeriodicGaussianField(covariance: covariance, stream: "test")
    let (modes, count) = (32, 4000)
    let points = 80
    let lag = 10
    var (variance, correlation) = ([Double](), [Double]())
    for index in 0..<count {
      let state = field.line(modes: modes, index: index, seed: seed)
      let values = PeriodicLine.values(of: state.pointer, modes: modes, points: points)
      variance.append(values[0] * values[0])
      correlation.append(values[0] * values[lag])
    }
    func expected(_ distance: Double) -> Double {
      (1...modes).reduce(0) { sum, k in
        let deviation = covariance.deviation(squaredWavenumber: 4 * .pi * .pi * Double(k * k))
        return sum + 2 * deviation * deviation * cosine(2 * .pi * Double(k) * distance)
      }
    }
    expectMean(variance, expected(0), "variance on the circle")
    expectMean(correlation, expected(Double(lag) / Double(points)), "two-point correlation on the circle")
  }

  @Test("variance and two-point correlation on the torus follow the covariance")
  func planeMoments() {
    let covariance = GaussianCovariance(variance: 343, tau: 7, alpha: 2.5, normalization: .fno2020)
    let field = PeriodicGaussianField(covariance: covariance, stream: "test")
    let plane = PackedPlane(modes: 6)
    let points = 16
    var (variance, correlation) = ([Double](), [Double]())
    for index in 0..<3000 {
      let state = field.plane(plane, index: index, seed: seed)
      let values = plane.values(of: state.pointer, points: points)
      variance.append(values[0] * values[0])
      correlation.append(values[0] * values[2 * points + 1])
    }
    func expected(_ x: Double, _ y: Double) -> Double {
      var sum = 0.0
      for k1 in -6...6 {
        for k2 in -6...6 where k1 != 0 || k2 != 0 {
          let deviation = covariance.deviation(squaredWavenumber: 4 * .pi * .pi * Double(k1 * k1 + k2 * k2))
          sum += deviation * deviation * cosine(2 * .pi * (Double(k1) * x + Double(k2) * y))
        }
      }
      return sum
    }
    expectMean(variance, expected(0, 0), "variance on the torus")
    expectMean(correlation, expected(2.0 / 16, 1.0 / 16), "two-point correlation on the torus")
  }

  @Test("variance of the Neumann field follows the covariance at corner, edge and centre")
  func neumannMoments() {
    let covariance = GaussianCovariance(variance: 9, tau: 3, alpha: 2)
    let field = SquareGaussianField(
      points: 9, atVertices: true, modes: 7, covariance: covariance, stream: "test")
    let places = [0, 4, 4 * 9 + 4, 2 * 9 + 3]
    var squares = [[Double]](repeating: [], count: places.count)
    for index in 0..<4000 {
      field.draw(index: index, seed: seed)
      for (i, place) in places.enumerated() { squares[i].append(field.values[place] * field.values[place]) }
    }
    func basis(_ k: Int, _ x: Double) -> Double {
      k == 0 ? 1 : 2.0.squareRoot() * cosine(.pi * Double(k) * x)
    }
    for (place, sample) in zip(places, squares) {
      let (x, y) = (Double(place / 9) / 8, Double(place % 9) / 8)
      var expected = 0.0
      for k1 in 0...7 {
        for k2 in 0...7 where k1 + k2 > 0 {
          let deviation = covariance.deviation(squaredWavenumber: .pi * .pi * Double(k1 * k1 + k2 * k2))
          expected += power(deviation * basis(k1, x) * basis(k2, y), 2)
        }
      }
      expectMean(sample, expected, "variance with Neumann basis at (\(x), \(y))")
    }
  }

  @Test("variance and correlation of the Dirichlet field follow the covariance", arguments: [true, false])
  func dirichletMoments(atVertices: Bool) {
    let covariance = GaussianCovariance(variance: 9, tau: 3, alpha: 1.5)
    let field = SquareGaussianField(
      points: 9, atVertices: atVertices, modes: 7, covariance: covariance, stream: "test", basis: .dirichlet)
    let (place, other) = (3 * 9 + 4, 5 * 9 + 2)
    var (squares, products) = ([Double](), [Double]())
    for index in 0..<4000 {
      field.draw(index: index, seed: seed)
      squares.append(field.values[place] * field.values[place])
      products.append(field.values[place] * field.values[other])
    }
    func coordinate(_ i: Int) -> Double { atVertices ? Double(i) / 8 : (Double(i) + 0.5) / 9 }
    func expected(_ at: Int, _ with: Int) -> Double {
      var sum = 0.0
      for k1 in 1...7 {
        for k2 in 1...7 {
          let deviation = covariance.deviation(squaredWavenumber: .pi * .pi * Double(k1 * k1 + k2 * k2))
          let waves = [(k1, at / 9), (k1, with / 9), (k2, at % 9), (k2, with % 9)].map {
            2.0.squareRoot() * sine(.pi * Double($0.0) * coordinate($0.1))
          }
          sum += deviation * deviation * waves.reduce(1, *)
        }
      }
      return sum
    }
    let grid = atVertices ? "vertices" : "cells"
    expectMean(squares, expected(place, place), "variance with Dirichlet basis, \(grid)")
    expectMean(products, expected(place, other), "two-point correlation with Dirichlet basis, \(grid)")
    // The same sample by the sum of its functions.
    field.draw(index: 5, seed: seed)
    let points = (0..<9).map(coordinate)
    let values = GalerkinDiffusion.values(
      field.coefficients(index: 5, seed: seed), field.functions(at: points), field.functions(at: points),
      count: 8)
    expectClose(field.values.values, values, tolerance: sameFieldTolerance, "sum of sines")
  }

  @Test("log-normal, thresholded, sines and truncated sums have their moments")
  func derivedMoments() {
    let covariance = GaussianCovariance(variance: 9, tau: 3, alpha: 2)
    let field = SquareGaussianField(
      points: 9, atVertices: true, modes: 7, covariance: covariance, stream: "test")
    let (place, other) = (3 * 9 + 4, 5 * 9 + 2)
    func basis(_ k: Int, _ x: Double) -> Double {
      k == 0 ? 1 : 2.0.squareRoot() * cosine(.pi * Double(k) * x)
    }
    func expected(_ at: Int, _ with: Int) -> Double {
      var sum = 0.0
      for k1 in 0...7 {
        for k2 in 0...7 where k1 + k2 > 0 {
          let deviation = covariance.deviation(squaredWavenumber: .pi * .pi * Double(k1 * k1 + k2 * k2))
          let first = basis(k1, Double(at / 9) / 8) * basis(k1, Double(with / 9) / 8)
          sum +=
            deviation * deviation * first * basis(k2, Double(at % 9) / 8) * basis(k2, Double(with % 9) / 8)
        }
      }
      return sum
    }
    var (products, exponentials, agreements, sums) = ([Double](), [Double](), [Double](), [Double]())
    let sines = RandomSines()
    for index in 0..<4000 {
      field.draw(index: index, seed: seed)
      let (a, b) = (field.values[place], field.values[other])
      products.append(a * b)
      exponentials.append(exponential(a))
      agreements.append((a >= 0) == (b >= 0) ? 1 : 0)
      let state = sines.line(modes: 3, stream: "test", index: index, seed: seed)
      sums.append((1...3).reduce(0) { $0 + 2 * (power(state[2 * $1], 2) + power(state[2 * $1 + 1], 2)) })
    }
    let (variance, covarianceHere) = (expected(place, place), expected(place, other))
    expectMean(products, covarianceHere, "two-point correlation with Neumann basis")
    // ⟨e^ψ⟩ = e^{σ²/2}; equal signs of two normal numbers of correlation ρ: ½ + asin(ρ)/π.
    expectMean(exponentials, exponential(variance / 2), "mean of the log-normal field")
    let correlation = covarianceHere / (variance * expected(other, other)).squareRoot()
    expectMean(
      agreements, 0.5 + (.pi / 2 - arcCosine(correlation)) / .pi,
      "two-point function of the thresholded field")
    // Ten sines of amplitude U(-½, ½): mean square 10 · (1/12) / 2.
    expectMean(sums, 10.0 / 24, "variance of random sines")
  }

  private func expectMean(
    _ sample: [Double], _ expected: Double, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let count = Double(sample.count)
    let mean = sample.reduce(0, +) / count
    let variance = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    let standardError = (variance / count).squareRoot()
    expectBar(
      "random field: \(what)", mean, near: expected, within: standardErrors * standardError,
      sourceLocation: sourceLocation)
  }

  @Test("a finer grid adds modes and changes none")
  func resolutionIndependence() {
    let field = PeriodicGaussianField(
      covariance: GaussianCovariance(variance: 343, tau: 7, alpha: 2.5), stream: "test")
    let (coarse, fine) = (PackedPlane(modes: 5), PackedPlane(modes: 21))
    let (small, large) = (field.plane(coarse, index: 7, seed: seed), field.plane(fine, index: 7, seed: seed))
    for (i, k) in coarse.wavenumbers.enumerated() {
      let j = fine.index(k.k1, k.k2)
      #expect(small[2 * i] == large[2 * j] && small[2 * i + 1] == large[2 * j + 1], "mode \(k)")
    }
    let (short, long) = (
      field.line(modes: 9, index: 1, seed: seed), field.line(modes: 90, index: 1, seed: seed)
    )
    #expect(short.values == Array(long.values.prefix(20)))
  }

  @Test("a Neumann sample is one function on vertices of any grid")
  func neumannGrids() {
    let covariance = GaussianCovariance(variance: 9, tau: 3, alpha: 2)
    let coarse = SquareGaussianField(
      points: 17, atVertices: true, modes: 12, covariance: covariance, stream: "test")
    let fine = SquareGaussianField(
      points: 49, atVertices: true, modes: 12, covariance: covariance, stream: "test")
    let cells = SquareGaussianField(
      points: 24, atVertices: false, modes: 12, covariance: covariance, stream: "test")
    for field in [coarse, fine, cells] { field.draw(index: 3, seed: seed) }
    let shared = subgrid(fine.values.values, width: 49, count: 17, stride: 3)
    expectClose(shared, coarse.values.values, tolerance: sameFieldTolerance, "vertices")
    // Cell centres (i+½)/24 are the odd vertices of a grid of 48 intervals.
    let centres = subgrid(fine.values.values, width: 49, count: 24, stride: 2, offset: 1)
    expectClose(centres, cells.values.values, tolerance: sameFieldTolerance, "cell centres")
  }

  @Test("the lowest modes are those of the smallest wave numbers")
  func lowestModes() {
    let covariance = GaussianCovariance(variance: 1, tau: 3, alpha: 2)
    func coefficients(_ lowest: Int?) -> [Double] {
      SquareGaussianField(
        points: 15, atVertices: true, modes: 13, covariance: covariance, stream: "test", lowest: lowest
      ).coefficients(index: 0, seed: seed)
    }
    let (all, some) = (coefficients(nil), coefficients(100))
    let kept = some.indices.filter { some[$0] != 0 }
    func square(_ i: Int) -> Int { (i / 14) * (i / 14) + (i % 14) * (i % 14) }
    #expect(kept.count == 100 && kept.allSatisfy { some[$0] == all[$0] })
    let dropped = all.indices.filter { all[$0] != 0 && some[$0] == 0 }.map(square)
    #expect(kept.map(square).max()! <= dropped.min()!)
  }

  @Test("samples, seeds and streams differ")
  func independence() {
    let covariance = GaussianCovariance(variance: 625, tau: 5, alpha: 2)
    func draw(_ stream: String, _ index: Int, _ seed: UInt64) -> [Double] {
      PeriodicGaussianField(covariance: covariance, stream: stream).line(modes: 4, index: index, seed: seed)
        .values
    }
    let draws = [draw("a", 0, 0), draw("b", 0, 0), draw("a", 1, 0), draw("a", 0, 1)]
    #expect(Set(draws).count == 4)
  }
}
