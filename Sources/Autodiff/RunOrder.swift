/// The moments at which a graph's operations run: all of them forward, then backward in reverse.
///
/// With recomputation the operations are cut into segments. What a segment leaves for its backward pass is not kept;
/// when backward reaches the segment, the operations that backward needs run forward once more (``replay``). The last
/// segment is never run again, since its backward pass follows at once.
struct RunOrder {
  enum Direction {
    case forward
    case replay
    case backward
  }

  private(set) var entries: [(direction: Direction, operation: Int)] = []
  /// Moment at which an operation runs again; nil when it does not.
  private(set) var replay: [Int?]
  /// Moment at which an operation is pulled back; nil when no gradient passes through it.
  private(set) var backward: [Int?]
  /// Segment of each operation.
  let segment: [Int]

  /// - Parameters:
  ///   - differentiates: per operation, whether it has a backward pass.
  ///   - segments: consecutive ranges of operations.
  init(_ operations: [Graph.Operation], differentiates: [Bool], segments: [Range<Int>]) {
    replay = Array(repeating: nil, count: operations.count)
    backward = replay
    segment = segments.enumerated().flatMap { index, range in range.map { _ in index } }
    entries = operations.indices.map { (.forward, $0) }
    let producer = Dictionary(uniqueKeysWithValues: operations.enumerated().map { ($1.output, $0) })
    for (index, range) in segments.enumerated().reversed() {
      if index + 1 < segments.count {
        for operation in RunOrder.needed(operations, differentiates, range, producer) {
          replay[operation] = entries.count
          entries.append((.replay, operation))
        }
      }
      for operation in range.reversed() where differentiates[operation] {
        backward[operation] = entries.count
        entries.append((.backward, operation))
      }
    }
  }

  /// The operations of a segment whose outputs or residuals its backward pass reads, and those that they read.
  private static func needed(
    _ operations: [Graph.Operation], _ differentiates: [Bool], _ range: Range<Int>, _ producer: [Int: Int]
  ) -> [Int] {
    var isNeeded = Set<Int>()
    for index in range.reversed() {
      let operation = operations[index]
      if differentiates[index] {
        if operation.keepsOutput || !operation.residuals.isEmpty || !operation.saved.isEmpty {
          isNeeded.insert(index)
        }
        for (input, keeps) in zip(operation.inputs, operation.keepsInputs) where keeps {
          if let source = producer[input], range.contains(source) { isNeeded.insert(source) }
        }
      }
      guard isNeeded.contains(index) else { continue }
      for input in operation.inputs {
        if let source = producer[input], range.contains(source) { isNeeded.insert(source) }
      }
    }
    return range.filter(isNeeded.contains)
  }

  /// Cuts operations into at most `count` segments that leave about equally much for backward.
  static func segments(_ graph: Graph, count: Int) -> [Range<Int>] {
    let weights = graph.operations.map { operation in
      Double((operation.residuals + operation.saved).reduce(graph.values[operation.output].shape.count, +))
    }
    let whole = weights.reduce(0, +)
    var segments: [Range<Int>] = []
    var (start, sum) = (0, 0.0)
    for (index, weight) in weights.enumerated() {
      sum += weight
      if sum >= whole * Double(segments.count + 1) / Double(count) || index + 1 == weights.count {
        segments.append(start..<(index + 1))
        start = index + 1
      }
    }
    return segments
  }
}
