/// Step sizes of an integration, as runs of equal steps, each interval's length divided by a power of two.
///
/// Steps of Δt = T/2^level hit every output time exactly and keep the number of distinct step sizes, and so
/// of coefficient sets, small.
package struct TimeMesh {
  package struct Run: Equatable {
    package var level: Int
    package var steps: Int

    package init(level: Int, steps: Int) {
      self.level = level
      self.steps = steps
    }
  }
  /// Runs of each interval between consecutive output times.
  package var intervals: [[Run]]

  package init(intervals: [[Run]] = []) { self.intervals = intervals }

  /// The same mesh with every step halved.
  var halved: TimeMesh {
    TimeMesh(intervals: intervals.map { $0.map { Run(level: $0.level + 1, steps: 2 * $0.steps) } })
  }

  /// The mesh with equal steps joined in pairs; those without a partner stay as they are.
  package var joined: TimeMesh {
    TimeMesh(
      intervals: intervals.map { runs in
        runs.flatMap { run in
          run.level == 0
            ? [run]
            : [Run(level: run.level - 1, steps: run.steps / 2), Run(level: run.level, steps: run.steps % 2)]
              .filter { $0.steps > 0 }
        }
      })
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
