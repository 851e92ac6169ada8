import Fields
import Solvers
import TestSupport
import Testing

private let formulaTolerance = 1e-14

@Suite("Fisher family")
struct FisherFamilyTests {
  @Test("coefficients are those of the named forms")
  func coefficients() {
    let (a, b) = (0.7, 1.3)
    for u in [0.0, 0.2, 0.9, 1, -0.4] {
      func value(_ form: FisherFamily.Form) -> Double {
        let c = form.coefficients(rate: a, steepness: b)
        return (((c[3] * u + c[2]) * u + c[1]) * u + c[0]) * u
      }
      #expect(abs(value(.logistic) - a * u * (1 - u)) <= formulaTolerance)
      #expect(abs(value(.cubic) - a * u * (1 - u * u)) <= formulaTolerance)
      // e^{-b} e^{bu} with its second-order polynomial; the remainder is at most (bu)³ e^{|bu|}/6.
      let remainder = a * abs(u * (1 - u)) * power(abs(b * u), 3) * exponential(abs(b * u) - b) / 6
      let exact = a * u * (1 - u) * exponential(-b * (1 - u))
      #expect(abs(value(.exponential) - exact) <= remainder + formulaTolerance)
    }
  }

  @Test("a sample is the solution for the coefficients that are stored beside it")
  func solution() throws {
    // A large diffusivity leaves the mean only up to e^{-39}: an ordinary equation for it.
    let points = 16
    let problem = try makeProblem(
      """
      {"type": "fisher-family", "points": \(points), "diffusivity": 2, "times": [0, 0.5, 1.5],
       "accuracy": {"timeTolerance": 1e-9}}
      """)
    let solver = try problem.makeSolver()
    var forms = Set<Int>()
    for index in 0..<8 {
      let sample = try solver.solve(index: index, seed: 3)
      let c = (0..<4).map { sample.fields[2][$0 * points] }
      for channel in 0..<4 {
        #expect(rows(sample.fields[2], of: points, channel).allSatisfy { $0 == c[channel] })
      }
      let form = (0..<3).map { sample.fields[3][$0 * points] }
      #expect(form.sorted() == [0, 0, 1])
      forms.insert(form.firstIndex(of: 1) ?? -1)
      #expect(rows(sample.fields[0], of: points, 0) == sample.fields[1])

      // From the first record on only the mean is left, whose initial value a later one determines.
      func rate(_ u: Double) -> Double { (((c[3] * u + c[2]) * u + c[1]) * u + c[0]) * u }
      var u = sample.fields[0][points]
      let h = 1e-3
      for _ in 0..<1000 {
        let k1 = rate(u)
        let k2 = rate(u + 0.5 * h * k1)
        let k3 = rate(u + 0.5 * h * k2)
        let k4 = rate(u + h * k3)
        u += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
      }
      expectClose(
        rows(sample.fields[0], of: points, 2), Array(repeating: u, count: points), tolerance: 1e-8,
        "sample \(index)")
    }
    #expect(forms.count >= 2)
  }

  @Test("samples do not depend on those that the solver solved before")
  func order() throws {
    let problem = try makeProblem("{\"type\": \"fisher-family\", \"points\": 32}")
    let (first, second) = (try problem.makeSolver(), try problem.makeSolver())
    for index in [4, 1, 3] { _ = try first.solve(index: index, seed: 0) }
    #expect(try first.solve(index: 2, seed: 0).fields == second.solve(index: 2, seed: 0).fields)
  }
}
