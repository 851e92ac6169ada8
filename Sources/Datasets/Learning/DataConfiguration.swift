import Configuration
import Fields

/// The "data" section of a training configuration: which file, which samples, which task, how normalised.
///
///     "data": {
///       "path": "burgers.h5", "train": 1000, "validation": 0, "test": 100, "stride": 8,
///       "mapping": {"type": "steady", "inputs": ["coefficient"], "outputs": ["solution"]},
///       "normalization": {"input": "channel", "output": "channel"}
///     }
///
/// Training uses the first `train` samples, validation the next ones, the test the last ones of the file (or of
/// `testPath`), as the FNO scripts do. Relative paths start at the current directory.
public struct DataConfiguration: Sendable, Equatable {
  public var path: String
  public var testPath: String?
  public var train: Int
  public var validation: Int
  public var test: Int
  public var reading: ReadingOptions
  /// Further thinnings of the grid that `reading.stride` leaves, the first 1: training takes turns over these grids.
  public var strides: [Int]
  /// `nil`: what the file declares, else plain arrays `x` to `y`.
  public var mapping: FieldMapping?
  public var inputNormalization: Normalizer.Kind
  public var outputNormalization: Normalizer.Kind
  /// Relative noise added to the inputs of training and validation samples, and of test samples.
  public var noise = Noise()

  /// Relative noise of inputs.
  public struct Noise: Sendable, Equatable {
    public var train = 0.0
    public var test = 0.0
  }

  public init(
    path: String, testPath: String? = nil, train: Int, validation: Int = 0, test: Int = 0,
    reading: ReadingOptions = ReadingOptions(), strides: [Int] = [1], mapping: FieldMapping? = nil,
    inputNormalization: Normalizer.Kind = .channel, outputNormalization: Normalizer.Kind = .channel
  ) {
    self.path = path
    self.testPath = testPath
    self.train = train
    self.validation = validation
    self.test = test
    self.reading = reading
    self.strides = strides
    self.mapping = mapping
    self.inputNormalization = inputNormalization
    self.outputNormalization = outputNormalization
  }

  /// Reads the section; the file itself is opened by ``LearningData``.
  ///
  /// - Throws: errors of the configuration, exit status 2.
  public init(from reader: ConfigReader) throws {
    path = try reader.string("path", doc: "dataset file; a relative path starts at the current directory")
    testPath = try reader.optionalString(
      "testPath", doc: "file with the test samples; null: the last samples of path")
    train = try reader.int(
      "train", in: 1...Int(Int32.max), doc: "training samples, from the start of the file")
    validation = try reader.int(
      "validation", default: 0, in: 0...Int(Int32.max),
      doc: "validation samples, those after the training samples")
    test = try reader.int(
      "test", default: 0, in: 0...Int(Int32.max), doc: "test samples, from the end of the file or of testPath"
    )
    let stride = try reader.int(
      "stride", default: 1, in: 1...65_536, doc: "use every how many-th grid point on each axis")
    strides = try reader.ints(
      "strides", default: [1], each: 1...65_536,
      doc:
        "grids that training batches take turns on: every how many-th of the points that stride leaves, as "
        + "in [1, 2, 4]; validation and test are reported on each")
    mapping = try DataConfiguration.mapping(from: reader)
    let channels = try reader.choice(
      "channelAxis", default: ChannelAxis.auto,
      doc: "for files without named dimensions: whether the axis after the samples counts channels")
    let boundary = try reader.choice(
      "boundary", default: BoundaryChoice.auto,
      doc: "for files without coordinates: points i/N (periodic, also what auto means), i/(N-1) (closed) or "
        + "(i+1/2)/N (cellCentred) on each axis")
    let normalization = try reader.section("normalization", doc: "how inputs and outputs are scaled")
    inputNormalization = try normalization.choice(
      "input", default: Normalizer.Kind.channel,
      doc: "normalisation of the inputs, fitted on the training samples")
    outputNormalization = try normalization.choice(
      "output", default: Normalizer.Kind.channel,
      doc: "normalisation of the outputs, undone before anything is measured")
    let noise = try reader.section(
      "noise", doc: "normal noise added to inputs, over the root mean square of each sample's channel")
    self.noise = Noise(
      train: try noise.double("train", default: 0, in: 0...10, doc: "in training and validation samples"),
      test: try noise.double("test", default: 0, in: 0...10, doc: "in test samples"))
    let mask = try reader.optionalString(
      "mask",
      doc:
        "field that is 1 inside the domain and 0 outside: outputs there are zero and do not count as errors; a model "
        + "that has it as an input gives zero there itself"
    )
    reading = ReadingOptions(
      channelAxis: channels == .auto ? nil : channels == .yes,
      boundary: GridAxis.Boundary(rawValue: boundary.rawValue), stride: stride, mask: mask)
    try checkStrides(reader)
  }

  /// - Throws: what makes several grids impossible whatever the data are.
  private func checkStrides(_ reader: ConfigReader) throws {
    guard strides.first == 1, zip(strides, strides.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw reader.fail(
        "strides", "\(strides) is no list of thinnings",
        why: "the first one is the grid that data.stride leaves, and each further one is coarser",
        fix: "write 1 and then growing numbers, as in [1, 2, 4]")
    }
    if strides.count > 1, inputNormalization == .pointwise || outputNormalization == .pointwise {
      throw reader.fail(
        "strides", "a pointwise normalisation belongs to one grid",
        why: "it has a mean and a scale per point",
        fix: "set data.normalization to \"channel\", or leave data.strides out", code: "config.conflict")
    }
  }

  /// How test samples are read.
  public var testReading: ReadingOptions {
    var options = reading
    options.inputNoise = noise.test
    return options
  }

  /// How training and validation samples are read.
  var trainReading: ReadingOptions {
    var options = reading
    options.inputNoise = noise.train
    return options
  }

  private enum ChannelAxis: String, CaseIterable {
    case auto, yes, no
  }

  private enum BoundaryChoice: String, CaseIterable {
    case auto, periodic, closed, cellCentred
  }

  /// A mapping, or what stands for the file's own: nothing, `null` or "declared".
  private static func mapping(from reader: ConfigReader) throws -> FieldMapping? {
    let key = "mapping"
    do {
      if try reader.optionalSection(key, doc: FieldMapping.doc) == nil { return nil }
    } catch {
      // Not an object: the call below takes a bare name, or says what is allowed.
    }
    let entries = FieldMapping.variants.map { entry in
      (name: entry.name, doc: entry.doc, read: { (reader) -> FieldMapping? in try entry.read(reader) })
    }
    let declared = (
      name: "declared", doc: "the mapping that the file declares, else its arrays x to y",
      read: { (_: ConfigReader) -> FieldMapping? in nil }
    )
    return try reader.variant(key, of: [declared] + entries, default: "declared", doc: FieldMapping.doc)
  }
}
