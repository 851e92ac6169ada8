import Fields
import Tensors

/// A model with weights that follow from the training outputs instead of from gradient descent: a basis of proper
/// orthogonal decomposition, say. They are parameters that are not trained, and are saved like all others.
public protocol DataFittedModel: OperatorModel {
  /// Where the training outputs are, if not on the grid: the output exists there only.
  var queries: QueryPoints? { get }

  /// Computes these weights.
  ///
  /// - Parameters:
  ///   - outputs: of the training samples alone, normalised as the model's own output is.
  ///   - values: the flat memory of all parameters.
  /// - Throws: ``ModelError``.
  func fit(to outputs: TrainingOutputs, into values: HostBuffer) throws
}

/// Outputs of all training samples in double precision: `[samples][N…][channels]`.
public struct TrainingOutputs {
  public let values: HostBuffer
  public let samples: Int

  /// - Precondition: double precision, whole samples.
  public init(_ values: HostBuffer, samples: Int) {
    precondition(
      values.precision == .float64 && samples > 0 && values.count % samples == 0, "no whole samples")
    self.values = values
    self.samples = samples
  }

  /// Numbers of one sample.
  public var width: Int { values.count / samples }
}
