/// Which points of fields become which points of other fields: windows, patches, their reassembly.
///
/// A group of `inputGroup` entries of the batch becomes `outputGroup` entries. Points nobody writes are zero.
public struct PointMap: Sendable {
  /// `count` consecutive points of the output from points of the input, each times a factor.
  public struct Run: Sendable, Equatable {
    /// First point of the output, counted through the entries of its group.
    public var target: Int
    /// First point of the input, counted through the entries of its group, and the distance to the next.
    public var source: Int
    public var step: Int
    public var count: Int
    public var factor: Double

    public init(target: Int, source: Int, step: Int = 1, count: Int, factor: Double = 1) {
      precondition(step >= 1 && count >= 1)
      (self.target, self.source, self.step, self.count, self.factor) = (target, source, step, count, factor)
    }
  }

  public let inputGroup: Int
  public let outputGroup: Int
  public let outputGrid: [Int]
  /// Runs of each part; parts stand behind one another in the output's channels.
  public let parts: [[Run]]

  public init(inputGroup: Int, outputGroup: Int, outputGrid: [Int], parts: [[Run]]) {
    self.inputGroup = inputGroup
    self.outputGroup = outputGroup
    self.outputGrid = outputGrid
    self.parts = parts
  }

  /// Runs from single points in order of their targets: those that follow one another with equal steps are joined.
  public static func runs(_ points: [(target: Int, source: Int, factor: Double)]) -> [Run] {
    var runs: [Run] = []
    for point in points where point.factor != 0 {
      if var last = runs.last, last.factor == 1, point.factor == 1, point.target == last.target + last.count {
        let step = point.source - (last.source + (last.count - 1) * last.step)
        if step >= 1, last.count == 1 || step == last.step {
          last.step = step
          last.count += 1
          runs[runs.count - 1] = last
          continue
        }
      }
      runs.append(Run(target: point.target, source: point.source, count: 1, factor: point.factor))
    }
    return runs
  }
}
