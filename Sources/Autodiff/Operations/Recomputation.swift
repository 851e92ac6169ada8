import Tensors

extension Variable {
  /// A part of a network that keeps nothing but its input: what backward needs is computed again there, a piece of the
  /// batch at a time.
  ///
  /// Memory is that of one piece, whatever the batch; the price is one more forward pass of the part. The result does not
  /// depend on the size of the piece beyond round-off of sums over the batch.
  ///
  /// - Parameters:
  ///   - piece: entries of the batch worked on together; the largest divisor of the batch up to this.
  ///   - body: records the part for a piece; its result has as many entries.
  public func recomputed(piece: Int, _ body: (Variable) -> Variable) -> Variable {
    let size = (1...max(1, min(piece, shape.batch))).last { shape.batch % $0 == 0 } ?? 1
    let needsGradient = graph.values[id].needsGradient
    func record(trains: Bool) -> RecordedPart {
      let inner = Graph(precision: graph.precision)
      let input = inner.input(
        FieldShape(batch: size, grid: shape.grid, channels: shape.channels),
        needsGradient: trains && needsGradient)
      let result = body(input)
      precondition(result.shape.batch == size, "the part changes the batch")
      let program = Program(inner, results: [result], loss: trains ? result : nil)
      return RecordedPart(program: program, input: input.id, result: result.id, output: result.shape)
    }
    let (forwardPart, trainingPart) = (record(trains: false), record(trains: true))
    let output = forwardPart.output
    let parameters = trainingPart.program.parameters
    let pieces = shape.batch / size
    let (from, to) = (size * shape.sampleCount, output.count)
    return graph.record(
      "recomputed", inputs: [self],
      output: FieldShape(batch: shape.batch, grid: output.grid, channels: output.channels),
      parameters: parameters, keepsInputs: [0],
      forwardScratch: [forwardPart.program.memoryCount], backwardScratch: [trainingPart.program.memoryCount],
      forward: { c in
        let frame = c.frame(for: forwardPart.program, within: c.scratch(0))
        for index in 0..<pieces {
          c.kernels.copy(
            c.input(0).dropping(index * from, length: from),
            into: forwardPart.program.values(forwardPart.input, in: frame))
          forwardPart.program.forward(in: frame)
          c.kernels.copy(
            forwardPart.program.values(forwardPart.result, in: frame), into: c.output.dropping(index * to))
        }
      },
      backward: { c in
        let program = trainingPart.program
        let frame = c.frame(for: program, within: c.scratch(0))
        // Pieces add up, so what they add to has to be there.
        frame.accumulatesGradients = true
        for index in parameters.indices { c.parameterGradient(index).prepareToAdd(c.kernels) }
        for index in 0..<pieces {
          c.kernels.copy(
            c.input(0).dropping(index * from, length: from),
            into: program.values(trainingPart.input, in: frame))
          program.forward(in: frame)
          program.backward(in: frame, from: c.outputGradient.dropping(index * to, length: to))
          guard let dx = c.inputGradient(0) else { continue }
          c.kernels.scale(
            1, program.gradient(trainingPart.input, in: frame),
            into: dx.slice.dropping(index * from, length: from),
            accumulate: dx.accumulates)
        }
      })
  }
}

/// A part's program, and its input and result in it.
private struct RecordedPart: Sendable {
  var program: Program
  var input: Int
  var result: Int
  var output: FieldShape
}
