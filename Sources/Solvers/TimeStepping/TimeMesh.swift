/// Step sizes of an integration, as runs of equal steps, each interval's length divided by a power of two.
///
/// Steps of Δt = T/2^level hit every output time exactly and keep the number of distinct step sizes, and so
/// of coefficient sets, small.
struct TimeMesh {
  struct Run: Equatable {
    var level: Int
    var steps: Int
  }
  /// Runs of each interval between consecutive output times.
  var intervals: [[Run]] = []

  /// The same mesh with every step halved.
  var halved: TimeMesh {
    TimeMesh(intervals: intervals.map { $0.map { Run(level: $0.level + 1, steps: 2 * $0.steps) } })
  }

  var stepCount: Int { intervals.reduce(0) { $0 + $1.reduce(0) { $0 + $1.steps } } }

  mutating func record(level: Int) {
    let last = intervals.count - 1
    if let run = intervals[last].last, run.level == level {
      intervals[last][intervals[last].count - 1].steps += 1
    } else {
      intervals[last].append(Run(level: level, steps: 1))
    }
  }
}
