import Tensors

/// What the values of a variable are like, gathered in one streamed pass.
public struct ValueRange: Sendable, Equatable {
  public var count = 0
  public var nonFiniteCount = 0
  /// Over the finite values; NaN if there are none.
  public var minimum = Double.nan
  public var maximum = Double.nan
  public var mean = Double.nan
  /// Unbiased standard deviation of the finite values; NaN for fewer than two.
  public var standardDeviation = Double.nan
}

extension DatasetFile {
  /// Minimum, maximum, mean, spread and the number of non-finite values, in memory that does not grow with the file.
  public func range(of variable: DatasetVariable) throws -> ValueRange {
    var result = ValueRange()
    var moments = RunningMoments()
    try forEachBlock(of: variable) { values in
      result.count += values.count
      for value in values {
        guard value.isFinite else {
          result.nonFiniteCount += 1
          continue
        }
        if !(value >= result.minimum) { result.minimum = value }
        if !(value <= result.maximum) { result.maximum = value }
        moments.add(value)
      }
    }
    if moments.count > 0 { result.mean = moments.mean }
    if moments.count > 1 { result.standardDeviation = moments.variance.squareRoot() }
    return result
  }

  private func forEachBlock(of variable: DatasetVariable, _ body: (UnsafeBufferPointer<Double>) -> Void)
    throws
  {
    let shape = variable.shape
    guard let first = shape.first else {
      return try read(block: [], count: [], of: variable, body)
    }
    guard shape.allSatisfy({ $0 > 0 }) else { return }
    let row = shape.dropFirst().reduce(1, *)
    let limit = 1 << 21
    let rest = shape.dropFirst().map { _ in 0 }
    if row <= limit {
      for start in stride(from: 0, to: first, by: limit / row) {
        let rows = min(limit / row, first - start)
        try read(block: [start] + rest, count: [rows] + shape.dropFirst(), of: variable, body)
      }
      return
    }
    // A sample larger than a block: one index of the second axis at a time.
    for start in 0..<first {
      for second in 0..<shape[1] {
        let count = [1, 1] + shape.dropFirst(2)
        try read(block: [start, second] + rest.dropFirst(), count: count, of: variable, body)
      }
    }
  }

  private func read(
    block start: [Int], count: [Int], of variable: DatasetVariable,
    _ body: (UnsafeBufferPointer<Double>) -> Void
  ) throws {
    let size = try PhysicalMemory.product(count, path: path)
    try PhysicalMemory.check(size, bytesEach: 8, path: path)
    let buffer = HostBuffer(count: size, precision: .float64)
    try read(variable, start: start, count: count, precision: .float64, into: buffer.base)
    body(UnsafeBufferPointer(start: buffer.base.assumingMemoryBound(to: Double.self), count: buffer.count))
  }
}
