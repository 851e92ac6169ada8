import Autodiff
import Configuration
import Tensors

/// An update rule. Its state is a number of arrays as large as the parameters, updated range by range, so that
/// workers share one step and the checkpoint can name every number.
public protocol Optimizer: Sendable, SendableMetatype {
  /// Value of `training.optimizer.type`, and the rule in one line.
  static var identifier: String { get }
  static var definition: String { get }
  /// Names of the state arrays, as checkpoints call them.
  static var stateNames: [String] { get }
  init(from reader: ConfigReader) throws

  /// Learning rate where the schedule's factor is 1.
  var learningRate: Double { get }

  /// The same rule with another momentum, which a schedule may change from step to step; itself where there is none.
  func with(momentum: Double) -> any Optimizer

  /// Updates one segment of the parameters in place.
  ///
  /// - Parameters:
  ///   - step: number of this update, from 1.
  ///   - learningRate: as the schedule has it now.
  ///   - state: one array per state name.
  func update(
    _ segment: ParameterSegment, step: Int, learningRate: Double, kernels: Kernels, parameters: HostBuffer,
    gradients: HostBuffer, state: [HostBuffer])
}

extension Optimizer {
  public func with(momentum: Double) -> any Optimizer { self }
}

/// A run of parameter memory that is updated by one task; complex pairs stay together.
public struct ParameterSegment: Sendable {
  public let range: Range<Int>
  /// Length of the real parts of each pair of blocks; nil for real parameters.
  public let pairBlock: Int?

  /// Cuts parameters into segments of at most about `size` elements.
  ///
  /// - Parameter parts: ranges of whole blocks, for parameters that only these parts of are updated.
  public static func segments(
    of parameters: [Parameter], only parts: [String: [Range<Int>]] = [:], size: Int = 32_768
  ) -> [ParameterSegment] {
    parameters.flatMap { parameter -> [ParameterSegment] in
      var unit = 1
      var pairBlock: Int?
      if case .complexPairs(let block) = parameter.kind {
        unit = 2 * block
        pairBlock = block
      }
      let length = max(unit, size / unit * unit)
      return (parts[parameter.name] ?? [parameter.range]).flatMap { range in
        stride(from: range.lowerBound, to: range.upperBound, by: length).map {
          ParameterSegment(range: $0..<min($0 + length, range.upperBound), pairBlock: pairBlock)
        }
      }
    }
  }
}

/// A line of the optimizer registry.
public struct OptimizerEntry: Sendable {
  public let identifier: String
  public let definition: String
  public let stateNames: [String]
  public let read: @Sendable (ConfigReader) throws -> any Optimizer

  init<O: Optimizer>(_ type: O.Type) {
    identifier = O.identifier
    definition = O.definition
    stateNames = O.stateNames
    read = { try O(from: $0) }
  }
}

/// All optimizers: the one place that a new one is added to.
public enum OptimizerRegistry {
  public static let entries: [OptimizerEntry] = [
    OptimizerEntry(Adam.self),
    OptimizerEntry(AdamW.self),
    OptimizerEntry(Lion.self),
    OptimizerEntry(SGD.self),
  ]

  /// Reads `{"type": …, …}` under `key`; Adam unless the configuration says otherwise.
  public static func read(_ key: String, from reader: ConfigReader) throws -> any Optimizer {
    try reader.variant(
      key, of: entries.map { (name: $0.identifier, doc: $0.definition, read: $0.read) },
      default: Adam.identifier,
      doc: "update rule")
  }
}
