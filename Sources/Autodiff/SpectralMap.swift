/// A Fourier layer's fixed part: which modes of which grid meet which blocks of a weight.
public struct SpectralMap: Sendable {
  /// From the grid to the kept modes.
  public let transform: TruncatedTransform
  /// From modes back to the grid; the same frequencies unless a map is to move them.
  public let synthesis: TruncatedTransform
  /// Block of the weight for each kept mode; identity unless the grid holds fewer modes than the weight.
  public let weightBlocks: [Int]

  public init(transform: TruncatedTransform, synthesis: TruncatedTransform? = nil, weightBlocks: [Int]? = nil)
  {
    self.transform = transform
    self.synthesis = synthesis ?? transform
    precondition(self.synthesis.grid == transform.grid && self.synthesis.modeCount == transform.modeCount)
    self.weightBlocks = weightBlocks ?? Array(0..<transform.modeCount)
    precondition(self.weightBlocks.count == transform.modeCount)
  }
}
