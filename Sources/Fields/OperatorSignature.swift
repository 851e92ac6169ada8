/// What a model learns from the data about its task, so that no configuration says it twice.
public struct OperatorSignature: Sendable, Equatable {
  /// Channels of the input function as the model sees it (fields × channels × input times).
  public var inputChannels: Int
  /// Channels of one application of the operator.
  public var outputChannels: Int
  public var axes: [GridAxis]
  /// Applications needed to cover the outputs: 1 unless the mapping is a time window.
  public var rolloutSteps: Int

  public init(inputChannels: Int, outputChannels: Int, axes: [GridAxis], rolloutSteps: Int = 1) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.axes = axes
    self.rolloutSteps = rolloutSteps
  }

  public var gridShape: [Int] { axes.map(\.count) }
  public var dimensions: Int { axes.count }
}
