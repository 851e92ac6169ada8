import Configuration
import Fields

/// What a problem is, for lists, help texts and file attributes.
public struct ProblemCard: Sendable, Equatable {
  /// Value of `"type"` in a configuration.
  public let identifier: String
  public let title: String
  /// One line of plain Unicode.
  public let equation: String
  public let citation: String
  public let spatialDimensions: Int

  public init(identifier: String, title: String, equation: String, citation: String, spatialDimensions: Int) {
    self.identifier = identifier
    self.title = title
    self.equation = equation
    self.citation = citation
    self.spatialDimensions = spatialDimensions
  }
}

/// A constant of the PDE or of its distribution, written into the file's attributes.
public enum ProblemParameter: Sendable, Equatable {
  case number(Double)
  case text(String)
}

/// What one sample costs, roughly, for `--dry-run`.
public struct CostEstimate: Sendable, Equatable {
  public let bytesPerWorker: Int
  public let secondsPerSample: Double

  public init(bytesPerWorker: Int, secondsPerSample: Double) {
    self.bytesPerWorker = bytesPerWorker
    self.secondsPerSample = secondsPerSample
  }
}

/// A PDE with its distribution of inputs, discretised: what `opkit generate` turns into a dataset.
///
/// A problem is a value read from its own section of a configuration. It hands out one solver per worker.
public protocol Problem: Sendable {
  static var card: ProblemCard { get }
  /// The configuration of a run of a fraction of a second, used by the tests of every registry entry.
  static var smokeConfiguration: String { get }

  init(from reader: ConfigReader) throws

  var layout: SampleLayout { get }
  /// The learning task that the data are usually used for.
  var mapping: FieldMapping { get }
  var qualityMeasures: [QualityMeasure] { get }
  var parameters: [(name: String, value: ProblemParameter)] { get }
  var estimate: CostEstimate { get }

  /// A solver for one worker; it owns its work arrays and shares transform plans.
  func makeSolver() throws -> any SampleSolver
}

/// Solves samples one at a time.
public protocol SampleSolver: AnyObject {
  /// Sample `index` of the dataset of `seed`: a pure function of these two.
  ///
  /// - Throws: ``SolverError`` when the sample misses its tolerances after all refinements.
  func solve(index: Int, seed: UInt64) throws -> SolvedSample
}
