import Autodiff
import Tensors
import TestSupport
import Testing

/// Central differences with step 1e-5 in double precision carry an error of about step² ≈ 1e-10 from the third
/// derivative and 1e-16/1e-5 from rounding; 1e-7 of the largest gradient leaves room for both.
private let differenceTolerance = 1e-7
/// Single precision rounds at 6e-8; a few hundred accumulated terms stay below this.
private let singleTolerance = 2e-5

@Suite("Operations") struct OperationTests {
  @Test("pull back exactly with every kernel set", arguments: OperationCases.all, KernelSet.supported)
  func gradients(_ test: GradientCase, _ kernelSet: KernelSet) {
    let probe = GradientProbe(test, precision: .float64, kernelSet: kernelSet)
    let expected = probe.differences(test, step: 1e-5)
    let actual = probe.backward(test)
    #expect(actual.count == expected.count && !actual.isEmpty)
    #expect(expected.contains { $0.contains { abs($0) > 1e-3 } }, "the case must have gradients to check")
    for (index, (a, e)) in zip(actual, expected).enumerated() {
      expectClose(a, e, tolerance: differenceTolerance, "gradient \(index) of \(test.name)")
    }
  }

  @Test("agree in single and double precision", arguments: OperationCases.all, KernelSet.supported)
  func precisions(_ test: GradientCase, _ kernelSet: KernelSet) {
    let double = GradientProbe(test, precision: .float64, kernelSet: kernelSet)
    let single = GradientProbe(test, precision: .float32, kernelSet: kernelSet)
    let (l64, l32) = (double.lossValue(), single.lossValue())
    #expect(abs(l64 - l32) <= singleTolerance * abs(l64))
    for (a, e) in zip(single.backward(test), double.backward(test)) {
      expectClose(a, e, tolerance: singleTolerance, test.name)
    }
  }

  @Test("give the same bits when run again", arguments: OperationCases.all)
  func repeatable(_ test: GradientCase) {
    let probe = GradientProbe(test, precision: .float32)
    let first = (probe.lossValue(), probe.backward(test))
    let second = (probe.lossValue(), probe.backward(test))
    #expect(first.0 == second.0)
    #expect(first.1 == second.1)
  }
}

@Suite("The gradient checker") struct GradientCheckerTests {
  @Test("notices a wrong pullback")
  func noticesErrors() {
    let shape = FieldShape(batch: 1, grid: [3], channels: 1)
    let wrong = GradientCase(
      "wrong", inputs: [shape],
      body: { v, _ in
        v[0].graph.record(
          "wrong", inputs: [v[0]], output: shape,
          forward: { c in c.kernels.scale(2, c.input(0), into: c.output) },
          backward: { c in
            guard let dx = c.inputGradient(0) else { return }
            c.kernels.scale(2.001, c.outputGradient, into: dx.slice, accumulate: dx.accumulates)
          })
      })
    let probe = GradientProbe(wrong, precision: .float64)
    let (a, e) = (probe.backward(wrong)[0], probe.differences(wrong, step: 1e-5)[0])
    #expect(worstDifference(a, e).difference > 1e-5)
  }
}
