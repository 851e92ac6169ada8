import Tensors

extension Variable {
  /// y = the largest value of each window, channel by channel; the gradient goes to the first point that has it.
  ///
  /// - Parameters:
  ///   - size: points of a window per axis.
  ///   - stride: points from window to window; windows side by side unless said. Points that fill no window are dropped.
  public func maxPooled(_ size: [Int], stride: [Int]? = nil) -> Variable {
    let none = size.map { _ in 0 }
    let window = ConvolutionWindow(
      kernel: size, stride: stride ?? size, before: none, after: none, boundary: size.map { _ in .zero })
    // The plan of a depthwise convolution knows where windows lie.
    let plan = ConvolutionPlan(
      grid: shape.grid, inputs: shape.channels, outputs: shape.channels, groups: shape.channels,
      window: window)
    let (batch, channels, lines) = (shape.batch, shape.channels, plan.coarse[0] * plan.coarse[1])
    let taps = plan.segments(plan.forwardTile, points: true)
    let step = plan.stride[2] * channels
    @Sendable func from(_ sample: Int, _ line: Int) -> Int {
      let (i, j) = (line / plan.coarse[1], line % plan.coarse[1])
      return sample * plan.fineCount
        + (i * plan.stride[0] * plan.fine[1] + j * plan.stride[1]) * plan.fine[2] * channels
    }
    @Sendable func to(_ sample: Int, _ line: Int) -> Int {
      sample * plan.coarseCount + line * plan.coarse[2] * channels
    }
    return graph.record(
      "maxPool", inputs: [self], output: shape.with(grid: window.outputGrid(of: shape.grid)),
      keepsInputs: [0],
      forward: { c in
        for sample in 0..<batch {
          for line in 0..<lines {
            c.kernels.windowMaximum(
              pixels: plan.coarse[2], channels: channels, taps: taps, c.input(0).dropping(from(sample, line)),
              stride: step, into: c.output.dropping(to(sample, line)))
          }
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        dx.prepareToAdd(c.kernels)
        for sample in 0..<batch {
          for line in 0..<lines {
            c.kernels.windowMaximumBackward(
              pixels: plan.coarse[2], channels: channels, taps: taps, c.input(0).dropping(from(sample, line)),
              stride: step, c.outputGradient.dropping(to(sample, line)),
              addingTo: dx.slice.dropping(from(sample, line)))
          }
        }
      })
  }

  /// y = the mean of each window, channel by channel.
  ///
  /// - Parameter stride: windows side by side unless said. Points that fill no window are dropped.
  public func averagePooled(_ size: [Int], stride: [Int]? = nil) -> Variable {
    let step = stride ?? size
    precondition(size.count == shape.grid.count && step.count == size.count)
    return mapped(
      "averagePool",
      shape.grid.indices.map { axis in
        let points = shape.grid[axis]
        precondition(points >= size[axis], "the window is larger than axis \(axis)")
        let weight = 1 / Double(size[axis])
        let entries = (0...((points - size[axis]) / step[axis])).map { o in
          (0..<size[axis]).map { (column: o * step[axis] + $0, weight: weight) }
        }
        return .sparse(SparseRows(columns: points, entries: entries))
      })
  }
}
