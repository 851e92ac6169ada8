import Tensors

extension Variable {
  /// The fields that a map of points makes of this one, its parts side by side as channels.
  public func gathered(_ map: PointMap) -> Variable {
    precondition(shape.batch % map.inputGroup == 0, "the batch is not made of groups of \(map.inputGroup)")
    let groups = shape.batch / map.inputGroup
    let channels = shape.channels
    let output = FieldShape(
      batch: groups * map.outputGroup, grid: map.outputGrid, channels: channels * map.parts.count)
    let (from, to) = (shape.points * map.inputGroup, output.points * map.outputGroup)
    let width = output.channels
    /// Calls `body` with the first elements of a run in input and output.
    let forEachRun = { @Sendable (body: (_ run: PointMap.Run, _ source: Int, _ target: Int) -> Void) in
      for group in 0..<groups {
        for (part, runs) in map.parts.enumerated() {
          for run in runs {
            body(
              run, (group * from + run.source) * channels, (group * to + run.target) * width + part * channels
            )
          }
        }
      }
    }
    return graph.record(
      "gathered", inputs: [self], output: output,
      forward: { c in
        c.kernels.clear(c.output)
        forEachRun { run, source, target in
          if run.factor == 1 {
            c.kernels.copyRows(
              rows: run.count, width: channels, c.input(0).dropping(source), stride: run.step * channels,
              into: c.output.dropping(target), stride: width)
          } else {
            c.kernels.scale(
              run.factor, c.input(0).dropping(source, length: channels), into: c.output.dropping(target))
          }
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        dx.prepareToAdd(c.kernels)
        forEachRun { run, source, target in
          if run.factor == 1 {
            c.kernels.copyRows(
              rows: run.count, width: channels, c.outputGradient.dropping(target), stride: width,
              into: dx.slice.dropping(source), stride: run.step * channels, accumulate: true)
          } else {
            c.kernels.scale(
              run.factor, c.outputGradient.dropping(target, length: channels),
              into: dx.slice.dropping(source),
              accumulate: true)
          }
        }
      })
  }

  /// The mean of each `count` consecutive entries of the batch, for a variable with one number per entry.
  public func means(ofEach count: Int) -> Variable {
    precondition(shape.sampleCount == 1 && shape.batch % count == 0, "no groups of \(count) numbers")
    let groups = shape.batch / count
    return graph.record(
      "means", inputs: [self], output: FieldShape(batch: groups, grid: [], channels: 1),
      forward: { c in
        for g in 0..<groups {
          c.output[g] = (0..<count).reduce(0) { $0 + c.input(0)[g * count + $1] } / Double(count)
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        for i in 0..<(groups * count) {
          let gradient = c.outputGradient[i / count] / Double(count)
          dx.slice[i] = dx.accumulates ? dx.slice[i] + gradient : gradient
        }
      })
  }
}
