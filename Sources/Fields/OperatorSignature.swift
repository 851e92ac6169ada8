/// What a model learns from the data about its task, so that no configuration says it twice.
public struct OperatorSignature: Sendable, Equatable {
  /// Channels of the input function as the model sees it (fields × channels × input times).
  public var inputChannels: Int
  /// Channels of one application of the operator.
  public var outputChannels: Int
  /// Axes of the input's grid, which is the output's too unless ``queries`` says otherwise.
  public var axes: [GridAxis]
  /// Where the output is given if not on the grid.
  public var queries: QueryPoints?
  /// Times of the output channels where these are one field at several times; empty otherwise. Channels are then
  /// ordered by time, then component.
  public var outputTimes: [Double]
  /// Input channel that is 1 inside the domain and 0 outside, where outputs do not count.
  public var maskChannel: Int?
  /// Applications needed to cover the outputs: 1 unless the mapping is a time window.
  public var rolloutSteps: Int

  public init(
    inputChannels: Int, outputChannels: Int, axes: [GridAxis], rolloutSteps: Int = 1,
    queries: QueryPoints? = nil,
    outputTimes: [Double] = [], maskChannel: Int? = nil
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.axes = axes
    self.rolloutSteps = rolloutSteps
    self.queries = queries
    self.outputTimes = outputTimes
    self.maskChannel = maskChannel
  }

  public var gridShape: [Int] { axes.map(\.count) }
  /// Extents of the output: those of the grid, or the number of query points.
  public var outputShape: [Int] { queries.map { [$0.count] } ?? gridShape }
  public var dimensions: Int { axes.count }
}
