import Autodiff
import Foundation
import Layers
import TestSupport
import Testing

/// Sums of a few hundred products in double precision.
private let roundOff = 1e-12

@Suite("Kernels carried over to other grids") struct KernelScalingTests {
  /// A convolution of one channel with random taps, applied with a kernel scaled by `factors`.
  private func convolved(
    _ field: [Double], _ grid: [Int], kernel: Int, factors: [Double], _ interpolation: KernelInterpolation,
    boundary: Boundary = .periodic, weights: ((Int) -> Double)? = nil
  ) -> [Double] {
    let window = ConvolutionWindow.centred(kernel: kernel, dimensions: grid.count, boundary: boundary)
    return applied(to: field, FieldShape(batch: 1, grid: grid, channels: 1), weights: weights) { builder in
      let layer = Convolution("layer", inputs: 1, outputs: 1, window: window, in: builder)
      return { layer($0, scaling: KernelScaling(factors: factors, interpolation: interpolation)) }
    }
  }

  private static let interpolations = [KernelInterpolation.linear, .dilated]

  @Test(
    "a constant has the same image at every scale", arguments: interpolations,
    [0.25, 0.4, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4])
  func constants(interpolation: KernelInterpolation, factor: Double) {
    let field = [Double](repeating: 2, count: 24 * 20)
    for kernel in [3, 4, 5] {
      let plain = convolved(field, [24, 20], kernel: kernel, factors: [1, 1], interpolation)
      let scaled = convolved(field, [24, 20], kernel: kernel, factors: [factor, 1 / factor], interpolation)
      expectClose(scaled, plain, tolerance: roundOff)
    }
  }

  @Test(
    "a kernel of k taps has s(k + 1) − 1 as a function, s(k − 1) + 1 dilated, and leads between the same grids"
  )
  func windows() {
    let window = ConvolutionWindow.centred(kernel: 9, dimensions: 1, boundary: .periodic)
    let function = KernelScaling(factors: [2], interpolation: .linear).window(window)
    #expect(function.kernel == [19] && function.before == [9] && function.after == [9])
    let dilated = KernelScaling(factors: [2], interpolation: .dilated).window(window)
    #expect(dilated.kernel == [17] && dilated.before == [8] && dilated.after == [8])
    var halving = ConvolutionWindow.centred(kernel: 3, dimensions: 1)
    halving.stride = [2]
    for interpolation in Self.interpolations {
      for factor in [0.3, 0.5, 1, 1.7, 2, 4] {
        let scaling = KernelScaling(factors: [factor], interpolation: interpolation)
        for points in [32, 33] {
          #expect(scaling.window(window).outputGrid(of: [points]) == [points])
          #expect(scaling.window(halving).outputGrid(of: [points]) == [(points + 1) / 2])
        }
      }
    }
  }

  /// Taps (0.3, 1, −1/2) at −h, 0, h: the kernel's mass and first moment stand where they stood.
  @Test("an affine field has the same image inside the domain", arguments: interpolations, [0.5, 2.0, 3, 4])
  func moments(interpolation: KernelInterpolation, factor: Double) {
    let weights = [0.3, 1, -0.5]
    let (points, spacing) = (64, 1 / factor)
    func image(_ weights: [Double]) -> Double {
      convolved(
        (0..<points).map { 1 + 0.1 * Double($0) * spacing }, [points], kernel: 3, factors: [factor],
        interpolation, boundary: .zero, weights: { weights[$0] })[points / 2]
    }
    let place = Double(points / 2) * spacing
    let expected = weights.enumerated().reduce(0.0) {
      $0 + $1.element * (1 + 0.1 * (place + Double($1.offset - 1)))
    }
    #expect(abs(image(weights) - image([0, 0, 0]) - expected) < roundOff)
  }

  /// Image of sin 2πmx at x under Σ w_i δ(x − i h), or with hats of width h in place of δ.
  private func wave(_ m: Double, _ weights: [Double], _ h: Double, at x: Double, hats: Bool) -> Double {
    let half = Double.pi * m * h
    let response = hats ? (sin(half) / half) * (sin(half) / half) : 1
    return weights.enumerated().reduce(0.0) {
      $0 + $1.element * response * sin(2 * .pi * m * (x + Double($1.offset - 1) * h))
    }
  }

  @Test(
    "a wave's image converges to that of the function through the taps, and dilated is that of the taps at once"
  )
  func waves() {
    let (weights, m) = ([0.3, 1, -0.5], 3.0)
    func error(_ s: Int, _ interpolation: KernelInterpolation) -> Double {
      let points = 16 * s
      func image(_ weights: [Double]) -> [Double] {
        convolved(
          (0..<points).map { sin(2 * .pi * m * Double($0) / Double(points)) }, [points], kernel: 3,
          factors: [Double(s)], interpolation, weights: { weights[$0] })
      }
      let (all, bias) = (image(weights), image([0, 0, 0]))
      return (0..<points).map { j in
        let x = Double(j) / Double(points)
        return abs(all[j] - bias[j] - wave(m, weights, 1 / 16, at: x, hats: interpolation == .linear))
      }.max() ?? .infinity
    }
    let errors = [2, 4, 8].map { error($0, .linear) }
    let order = observedOrder(steps: [0.5, 0.25, 0.125], errors: errors)
    #expect(order > 1.9 && order < 2.2, "order \(order), errors \(errors)")
    for s in [1, 2, 3, 4] { #expect(error(s, .dilated) < roundOff) }
  }
}
