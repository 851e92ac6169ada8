import Tensors

/// A stretch of memory with elements of one precision, owned by somebody else for the length of a call.
package struct HostRange {
  package let base: UnsafeMutableRawPointer
  package let count: Int
  package let precision: Precision

  package init(base: UnsafeMutableRawPointer, count: Int, precision: Precision) {
    self.base = base
    self.count = count
    self.precision = precision
  }

  /// Index of the first element that is NaN or infinite (all bits of its exponent are set).
  package func firstNonFinite() -> Int? {
    switch precision {
    case .float32: HostRange.firstNonFinite(base.assumingMemoryBound(to: Float.self), count)
    case .float64: HostRange.firstNonFinite(base.assumingMemoryBound(to: Double.self), count)
    }
  }

  private static func firstNonFinite(_ values: UnsafeMutablePointer<Float>, _ count: Int) -> Int? {
    var start = 0
    while start < count {
      let end = min(count, start + 1024)
      var bad: UInt32 = 0
      for i in start..<end { bad |= (values[i].bitPattern & 0x7F80_0000) == 0x7F80_0000 ? 1 : 0 }
      if bad != 0 { return (start..<end).first { !values[$0].isFinite } }
      start = end
    }
    return nil
  }

  private static func firstNonFinite(_ values: UnsafeMutablePointer<Double>, _ count: Int) -> Int? {
    var start = 0
    while start < count {
      let end = min(count, start + 1024)
      var bad: UInt64 = 0
      let exponent: UInt64 = 0x7FF0_0000_0000_0000
      for i in start..<end { bad |= (values[i].bitPattern & exponent) == exponent ? 1 : 0 }
      if bad != 0 { return (start..<end).first { !values[$0].isFinite } }
      start = end
    }
    return nil
  }
}
