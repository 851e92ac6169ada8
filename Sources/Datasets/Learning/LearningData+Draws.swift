import Tensors

extension LearningData {
  /// Whether test samples of another file were drawn with the random numbers of samples that the model learns from.
  ///
  /// A generated sample depends on its seed and number: files of one PDE and seed that share numbers share initial states and
  /// coefficients, whatever their grids and parameters.
  public func testRepeatsTraining() throws -> Bool {
    guard testFile !== file, test.count > 0, let seed = file.attributes["seed"],
      seed == testFile.attributes["seed"], let pde = file.attributes["pde"],
      pde == testFile.attributes["pde"]
    else { return false }
    let learned = try Set(numbers(file, train.samples.lowerBound..<validation.samples.upperBound))
    return try !learned.isDisjoint(with: numbers(testFile, test.samples))
  }

  /// The stored numbers of samples; their places in a file that stores none.
  private func numbers(_ file: DatasetFile, _ samples: Range<Int>) throws -> [Double] {
    guard let stored = file["sample"], stored.isCoordinate, stored.shape.count == 1,
      stored.shape[0] >= samples.upperBound
    else { return samples.map(Double.init) }
    let values = HostBuffer(count: samples.count, precision: .float64)
    try file.read(
      stored, start: [samples.lowerBound], count: [samples.count], precision: .float64, into: values.base)
    return samples.indices.map { values[$0 - samples.lowerBound] }
  }
}
