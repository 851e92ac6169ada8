/// A Fourier layer's fixed part: which modes of which grid meet which blocks of a weight.
public struct SpectralMap: Sendable {
  public let transform: TruncatedTransform
  /// Block of the weight for each kept mode; identity unless the grid holds fewer modes than the weight.
  public let weightBlocks: [Int]

  public init(transform: TruncatedTransform, weightBlocks: [Int]? = nil) {
    self.transform = transform
    self.weightBlocks = weightBlocks ?? Array(0..<transform.modeCount)
    precondition(self.weightBlocks.count == transform.modeCount)
  }
}
