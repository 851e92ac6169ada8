import ComplexModule
import Spectral

/// The coefficients of a scheme for one symbol and one step size.
///
/// Real numbers where L is real, interleaved complex numbers where any mode of L is complex. Equal
/// combinations share an array. The factor Δt is included in all but the propagators.
final class ExponentialCoefficients {
  let stepSize: Double
  let isComplex: Bool
  /// U_i of every stage but the first, then u_{n+1}.
  let sums: [StageSum]
  let estimate: WorkArray

  init(_ table: ExponentialTable, symbol: [Complex<Double>], stepSize: Double) {
    self.stepSize = stepSize
    let complex = symbol.contains { $0.imaginary != 0 }
    isComplex = complex
    let increments = Array(
      Set(table.stages.flatMap { $0.map(\.weight) } + table.update + [table.estimate]))
    let propagations = table.propagators.map { ExponentialCombination((1, $0)) }
    let combinations = increments + propagations
    var arrays: [ExponentialCombination: WorkArray] = [:]
    var propagatorArrays: [ExponentialCombination: WorkArray] = [:]
    let width = complex ? 2 : 1
    for combination in increments { arrays[combination] = WorkArray(count: width * symbol.count) }
    for combination in propagations { propagatorArrays[combination] = WorkArray(count: width * symbol.count) }
    let targets =
      increments.compactMap { arrays[$0] } + propagations.compactMap { propagatorArrays[$0] }

    var known: [Complex<Double>: [Complex<Double>]] = [:]
    for (mode, value) in symbol.enumerated() {
      let values: [Complex<Double>]
      if let found = known[value] {
        values = found
      } else {
        values = ContourMean.values(of: combinations, at: value * Complex(stepSize))
        known[value] = values
      }
      for (i, target) in targets.enumerated() {
        let scaled = i < increments.count ? values[i] * Complex(stepSize) : values[i]
        target.pointer[width * mode] = scaled.real
        if complex { target.pointer[width * mode + 1] = scaled.imaginary }
      }
    }
    func array(_ combination: ExponentialCombination) -> WorkArray {
      guard let array = arrays[combination] else { preconditionFailure("coefficient not built") }
      return array
    }
    let propagators = propagations.compactMap { propagatorArrays[$0] }
    let last = table.nodes.count - 1
    // The propagator of the last stage, which sits at c = 1, is that of the whole step.
    sums =
      (1...last).map { i in
        StageSum(propagator: propagators[i], terms: table.stages[i].map { ($0.stage, array($0.weight)) })
      } + [StageSum(propagator: propagators[last], terms: table.update.enumerated().map { ($0, array($1)) })]
    estimate = array(table.estimate)
  }
}
