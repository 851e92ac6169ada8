import Tensors

/// How a variable's stored numbers stand for its values, by the attributes of the CF conventions: packed values are
/// `stored · scale_factor + add_offset`, and those equal to `_FillValue` or `missing_value` are missing.
struct StoredValues {
  private let scale: Double
  private let offset: Double
  private let missing: [Double]

  /// Nil where stored numbers are the values themselves.
  init?(_ attributes: [DatasetAttribute]) {
    func numbers(_ name: String) -> [Double] {
      switch attributes[name] {
      case .numbers(let values): values
      case .integers(let values): values.map(Double.init)
      default: []
      }
    }
    scale = numbers("scale_factor").first ?? 1
    offset = numbers("add_offset").first ?? 0
    missing = (numbers("_FillValue") + numbers("missing_value")).filter { !$0.isNaN }
    if scale == 1, offset == 0, missing.isEmpty { return nil }
  }

  /// Turns `count` stored numbers into values in place; missing ones become NaN.
  func decode(_ memory: UnsafeMutableRawPointer, count: Int, precision: Precision) {
    switch precision {
    case .float32: decode(memory.assumingMemoryBound(to: Float.self), count)
    case .float64: decode(memory.assumingMemoryBound(to: Double.self), count)
    }
  }

  private func decode<Scalar: BinaryFloatingPoint>(_ values: UnsafeMutablePointer<Scalar>, _ count: Int) {
    let missing = missing.map { Scalar($0) }
    for i in 0..<count {
      let stored = values[i]
      values[i] = missing.contains(stored) ? .nan : Scalar(Double(stored) * scale + offset)
    }
  }
}
