/// A run of elements inside memory that someone else owns: what kernels work on.
///
/// Every kernel call checks its extents against `count`, so code above the kernels cannot read or write
/// outside the memory it was given.
public struct Slice {
  /// Start of the memory. Only kernels and FFTW dereference it.
  package let base: UnsafeMutableRawPointer
  public let count: Int
  public let precision: Precision

  @inline(__always)
  init(base: UnsafeMutableRawPointer, count: Int, precision: Precision) {
    self.base = base
    self.count = count
    self.precision = precision
  }

  /// The elements from `start` on; `length` of them, or all that follow.
  @inline(__always)
  public func dropping(_ start: Int, length: Int? = nil) -> Slice {
    precondition(start >= 0 && start <= count, "slice starts outside its memory")
    let length = length ?? (count - start)
    precondition(length >= 0 && start + length <= count, "slice ends outside its memory")
    return Slice(base: base + start * precision.byteCount, count: length, precision: precision)
  }

  /// Element `i` as a Double.
  public subscript(i: Int) -> Double {
    get {
      precondition(i >= 0 && i < count, "index outside the slice")
      return precision == .float32
        ? Double(base.load(fromByteOffset: 4 * i, as: Float.self))
        : base.load(fromByteOffset: 8 * i, as: Double.self)
    }
    nonmutating set {
      precondition(i >= 0 && i < count, "index outside the slice")
      if precision == .float32 {
        base.storeBytes(of: Float(newValue), toByteOffset: 4 * i, as: Float.self)
      } else {
        base.storeBytes(of: newValue, toByteOffset: 8 * i, as: Double.self)
      }
    }
  }
}

extension HostBuffer {
  /// All of the buffer, or `length` elements from `start` on.
  @inline(__always)
  public func slice(from start: Int = 0, length: Int? = nil) -> Slice {
    Slice(base: base, count: count, precision: precision).dropping(start, length: length)
  }
}
