import Fields
import Tensors

/// A data configuration resolved against its files: which samples train, validate and test, and what they say
/// about the task.
public final class LearningData {
  /// Which samples of which file a part takes.
  public struct Part: Sendable, Equatable {
    public var path: String
    public var samples: Range<Int>
    public var count: Int { samples.count }
  }

  public let configuration: DataConfiguration
  public let mapping: FieldMapping
  public let signature: OperatorSignature
  /// Names, components and times of the outputs, for writing predictions.
  public let outputs: OutputDescription
  public let train: Part
  /// Empty if none were asked for.
  public let validation: Part
  /// Empty if none were asked for.
  public let test: Part
  let file: DatasetFile
  let testFile: DatasetFile

  /// Opens the files and checks everything but the values.
  ///
  /// - Throws: ``DatasetsError``, exit status 3.
  public init(_ configuration: DataConfiguration) throws {
    self.configuration = configuration
    file = try DatasetFile(path: configuration.path)
    let other = try configuration.testPath.map { try DatasetFile(path: $0) }
    if let other, !other.isSameFile(as: file) { testFile = other } else { testFile = file }
    mapping = try configuration.mapping ?? LearningData.ownMapping(of: file)
    let reader = try SampleReader(file, mapping: mapping, options: configuration.reading)
    signature = reader.signature
    outputs = try OutputDescription(reader)
    let present = reader.sampleCount
    let fitted = configuration.train + configuration.validation
    guard fitted <= present else {
      throw DatasetsError.tooFewSamples(
        path: file.path, asked: fitted, present: present,
        parts: "\(configuration.train) for training and \(configuration.validation) for validation")
    }
    train = Part(path: file.path, samples: 0..<configuration.train)
    validation = Part(path: file.path, samples: configuration.train..<fitted)

    let testReader =
      testFile === file
      ? reader : try SampleReader(testFile, mapping: mapping, options: configuration.reading)
    let testPresent = testReader.sampleCount
    guard configuration.test <= testPresent else {
      throw DatasetsError.tooFewSamples(
        path: testFile.path, asked: configuration.test, present: testPresent,
        parts: "\(configuration.test) for the test")
    }
    if testFile === file, fitted + configuration.test > present {
      throw DatasetsError.overlap(
        path: file.path, fitted: fitted, test: configuration.test, present: present)
    }
    if let what = LearningData.difference(testReader.signature, signature) {
      throw DatasetsError.testDiffers(path: testFile.path, trainPath: file.path, what: what)
    }
    test = Part(path: testFile.path, samples: (testPresent - configuration.test)..<testPresent)
  }

  /// The mapping that a file is used with if nothing else is said: its attribute, else `x` to `y`.
  public static func ownMapping(of file: DatasetFile) throws -> FieldMapping {
    if let declared = try file.declaredMapping() { return declared }
    guard file["x"]?.isCoordinate == false, file["y"]?.isCoordinate == false else {
      throw DatasetsError.noMapping(path: file.path, known: file.fields.map(\.name))
    }
    return .steady(inputs: ["x"], outputs: ["y"])
  }

  /// Reads a part into memory.
  public func table(_ part: Part, precision: Precision = .float32) throws -> SampleTable {
    try SampleTable(try reader(part, precision: precision), samples: part.samples)
  }

  /// Reads a part into memory on each grid of `data.strides`, the finest first.
  public func tables(_ part: Part, precision: Precision = .float32) throws -> [SampleTable] {
    try readers(part, precision: precision).map { try SampleTable($0, samples: part.samples) }
  }

  /// Readers of the file of a part on each grid of `data.strides`, the finest first.
  ///
  /// - Throws: ``DatasetsError/stride(path:axis:points:stride:boundary:)`` where a grid cannot be thinned so.
  public func readers(_ part: Part, precision: Precision = .float32) throws -> [SampleReader] {
    try configuration.strides.map { try reader(part, precision: precision, stride: $0) }
  }

  /// A reader of the file of a part.
  ///
  /// - Parameter stride: every how many-th of the points that the configuration's own stride leaves.
  public func reader(_ part: Part, precision: Precision = .float32, stride: Int = 1) throws -> SampleReader {
    let isTest = part.path == testFile.path && part.samples == test.samples
    var options = isTest ? configuration.testReading : configuration.trainReading
    options.stride *= stride
    return try SampleReader(
      isTest ? testFile : file, mapping: mapping, options: options, precision: precision)
  }

  /// What keeps a model of one file from being tested on the other; the grid itself may differ.
  private static func difference(_ a: OperatorSignature, _ b: OperatorSignature) -> String? {
    if a.inputChannels != b.inputChannels || a.outputChannels != b.outputChannels { return "channels" }
    if a.dimensions != b.dimensions { return "dimensions" }
    if a.queries?.dimensions != b.queries?.dimensions { return "points" }
    return nil
  }
}
