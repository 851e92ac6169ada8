import Tensors
import Testing
import Training

@Suite("Predictions") struct PredictorTests {
  @Test("have the same bits for any number of threads and any company of other samples")
  func independence() throws {
    let problem = try SyntheticProblem(samples: 20)
    let (trainer, _, table) = try problem.trainer(training: #"{"batch": 4}"#, train: 13)
    let size = table.pointCount
    var reference: [Double]?
    for threads in [1, 2, 3, 5] {
      let predictor = Predictor(
        trainer.task, parameters: trainer.values, pool: WorkerPool(workerCount: threads))
      let outputs = HostBuffer(count: 13 * size, precision: .float32)
      predictor.predict(table.inputs, count: 13, grid: table.gridShape, steps: 1, into: outputs)
      #expect(outputs.doubles == reference ?? outputs.doubles)
      reference = outputs.doubles
      let alone = HostBuffer(count: size, precision: .float32)
      predictor.predict(table.inputs, count: 1, grid: table.gridShape, steps: 1, into: alone)
      #expect(alone.doubles == Array(outputs.doubles.prefix(size)))
    }
    #expect(reference?.contains { $0 != 0 } == true)
  }
}
