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

  /// Pooling as an integral: at every second point of each axis, the mean of the field around it under a hat function,
  ///
  ///     y(x) = Σ_j w_j φ(x − x_j) u(x_j) / Σ_j w_j φ(x − x_j),   φ(r) = max(0, 1 − |r|/reach)
  ///
  /// along one axis after the other. A reach of two spacings weighs by 1/4, 1/2, 1/4; twice the spacings on a grid that is
  /// twice as fine are the same integral. Beyond the ends of an axis that is not periodic there is nothing to be taken.
  ///
  /// - Parameters:
  ///   - reach: half of the hat's support along each axis, in spacings of this grid.
  ///   - placements: where points are; w_j are the trapezoidal rule's, so that end points of closed axes count half.
  public func hatPooled(reach: [Double], _ placements: [PointPlacement]) -> Variable {
    precondition(reach.count == shape.grid.count && placements.count == shape.grid.count)
    return mapped(
      "hatPool",
      shape.grid.indices.map { axis in
        let points = shape.grid[axis]
        let furthest = Int((reach[axis] - 1e-9).rounded(.down))
        let entries = stride(from: 0, to: points, by: 2).map { centre in
          var row: [(column: Int, weight: Double)] = []
          for offset in -furthest...furthest {
            var column = centre + offset
            if placements[axis] == .periodic { column = ((column % points) + points) % points }
            guard (0..<points).contains(column) else { continue }
            let isEnd = placements[axis] == .closed && (column == 0 || column == points - 1)
            row.append((column, (1 - Double(abs(offset)) / reach[axis]) * (isEnd ? 0.5 : 1)))
          }
          let sum = row.reduce(0) { $0 + $1.weight }
          return row.map { (column: $0.column, weight: $0.weight / sum) }
        }
        return .sparse(SparseRows(columns: points, entries: entries))
      })
  }
}
