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
    _ field: [Double], _ grid: [Int], kernel: Int, factors: [Double], boundary: Boundary = .periodic,
    weights: ((Int) -> Double)? = nil
  ) -> [Double] {
    let window = ConvolutionWindow.centred(kernel: kernel, dimensions: grid.count, boundary: boundary)
    return applied(to: field, FieldShape(batch: 1, grid: grid, channels: 1), weights: weights) { builder in
      let layer = Convolution("layer", inputs: 1, outputs: 1, window: window, in: builder)
      return { layer($0, scaling: KernelScaling(factors: factors)) }
    }
  }

  @Test(
    "a constant has the same image at every scale",
    arguments: [3, 4, 5], [0.25, 0.4, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4])
  func constants(kernel: Int, factor: Double) {
    let plain = convolved([Double](repeating: 2, count: 24 * 20), [24, 20], kernel: kernel, factors: [1, 1])
    let scaled = convolved(
      [Double](repeating: 2, count: 24 * 20), [24, 20], kernel: kernel, factors: [factor, 1 / factor])
    expectClose(scaled, plain, tolerance: roundOff)
  }

  @Test(
    "at the scale s the kernel has s(k − 1) + 1 taps, its ends where they were, and leads between the same grids"
  )
  func windows() {
    let window = ConvolutionWindow.centred(kernel: 9, dimensions: 1, boundary: .periodic)
    let double = KernelScaling(factors: [2]).window(window)
    #expect(double.kernel == [17] && double.before == [8] && double.after == [8])
    var halving = ConvolutionWindow.centred(kernel: 3, dimensions: 1)
    halving.stride = [2]
    for factor in [0.3, 0.5, 1, 1.7, 2, 4] {
      let scaling = KernelScaling(factors: [factor])
      for points in [32, 33] {
        #expect(scaling.window(window).outputGrid(of: [points]) == [points])
        #expect(scaling.window(halving).outputGrid(of: [points]) == [(points + 1) / 2])
      }
    }
  }

  /// Taps (0, 1, −1/2) at −h, 0, h: the kernel's mass and first moment stand where they stood.
  @Test("an affine field has the same image inside the domain", arguments: [0.5, 2.0, 3, 4])
  func moments(factor: Double) {
    let weights = [0.3, 1, -0.5]
    let (points, spacing) = (64, 1 / factor)
    let field = (0..<points).map { 1 + 0.1 * Double($0) * spacing }
    let image = convolved(
      field, [points], kernel: 3, factors: [factor], boundary: .zero,
      weights: { weights[$0] })
    // Halves of hats at the ends have their centre of mass inside, by a third of a spacing in the limit.
    let place = points / 2
    let expected = weights.enumerated().reduce(0.0) { sum, tap in
      let shift = factor <= 1 || tap.offset == 1 ? 0 : endShift(factor) * Double(1 - tap.offset)
      return sum + tap.element * (1 + 0.1 * (Double(place) * spacing + Double(tap.offset - 1) + shift))
    }
    let bias =
      image[place]
      - convolved(
        field, [points], kernel: 3, factors: [factor], boundary: .zero, weights: { _ in 0 })[place]
    #expect(abs(bias - expected) < 1e-12)
  }

  /// Distance from the end to the centre of mass of the trapezoidal half hat: Σ″ (1 − j/s) j/s over Σ″ (1 − j/s).
  private func endShift(_ s: Double) -> Double {
    let count = Int(s)
    let terms = (0...count).map { j in (j == 0 ? 0.5 : 1) * (1 - Double(j) / s) }
    let first = terms.enumerated().reduce(0.0) { $0 + $1.element * Double($1.offset) / s }
    return first / terms.reduce(0, +)
  }

  /// The finest grid stands for the integral.
  @Test("images of a smooth field converge as the grid is refined, with second order")
  func convergence() {
    func image(_ s: Int) -> [Double] {
      let points = 16 * s
      let field = (0..<points).map { j in
        let x = 2 * Double.pi * Double(j) / Double(points)
        return sin(x) + 0.5 * sin(3 * x + 1)
      }
      let all = convolved(field, [points], kernel: 5, factors: [Double(s)])
      return (0..<16).map { all[$0 * s] }
    }
    let limit = image(64)
    let errors = [2, 4, 8].map { worstDifference(image($0), limit).difference }
    let order = observedOrder(steps: [0.5, 0.25, 0.125], errors: errors)
    #expect(order > 1.9 && order < 2.2, "order \(order), errors \(errors)")
  }
}
