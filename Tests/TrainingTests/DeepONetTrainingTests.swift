import Testing
import Training

@Suite("Training a DeepONet") struct DeepONetTrainingTests {
  /// Linear layers on both sides, on the functions that the antiderivatives are made of.
  private static let linear = """
    {"type": "deeponet", "features": 7, "branch": {"type": "mlp", "hidden": [7], "activation": "identity"}, \
    "trunk": {"hidden": [7], "activation": "identity", "features": {"type": "periodic", "frequencies": 3}}}
    """

  @Test(
    "with a linear branch finds a linear operator of low rank: antiderivatives, that of a sine among them")
  func antiderivative() throws {
    let problem = try SyntheticProblem(antiderivatives: 40, points: 32)
    let training = """
      {"epochs": 3000, "batch": 32, "loss": "mse", "precision": "float64", \
      "optimizer": {"type": "adam", "learningRate": 0.02}, "schedule": "cosine"}
      """
    let (trainer, data, _) = try problem.trainer(model: Self.linear, training: training, train: 32)
    for _ in 0..<3000 { _ = try trainer.trainEpoch() }
    // Functions that it has not seen, the last of which is sin 2πx with (1 − cos 2πx)/2π.
    let test = try data.table(data.test, precision: .float64)
    #expect(trainer.evaluate(test).relativeL2 < 1e-4)
  }

  @Test("one cycle moves Adam's momentum too, unless it is told not to")
  func momentum() throws {
    let problem = try SyntheticProblem()
    func bits(_ options: String) throws -> [Double] {
      let training = """
        {"epochs": 4, "batch": 8, "optimizer": {"type": "adam", "learningRate": 0.01}, \
        "schedule": {"type": "oneCycle"\(options)}}
        """
      let trainer = try problem.trainer(model: Self.linear, training: training).trainer
      for _ in 0..<4 { _ = try trainer.trainEpoch() }
      return trainer.bits
    }
    let own = try bits(#", "cycleMomentum": false"#)
    #expect(try bits(#", "baseMomentum": 0.9, "maximumMomentum": 0.9"#) == own)
    #expect(try bits("") != own)
  }
}
