import Tensors

/// The domains of some samples: 1 at points inside and 0 at points outside.
public struct DomainMask {
  /// `[sample][point]`
  let values: HostBuffer
  let points: Int

  /// Makes channels-last fields of these samples zero outside.
  public func multiply(_ fields: UnsafeMutableRawPointer, precision: Precision, channels: Int) {
    switch precision {
    case .float32: clear(fields.assumingMemoryBound(to: Float.self), channels)
    case .float64: clear(fields.assumingMemoryBound(to: Double.self), channels)
    }
  }

  /// The part of a sample's points that is inside.
  public func share(ofSample sample: Int) -> Double {
    let inside = (sample * points..<(sample + 1) * points).reduce(0.0) { $0 + values[$1] }
    return inside / Double(points)
  }

  /// Assigned, not multiplied: what a file holds outside may be anything.
  private func clear<Scalar: BinaryFloatingPoint>(_ fields: UnsafeMutablePointer<Scalar>, _ channels: Int) {
    for row in 0..<values.count where values[row] == 0 {
      for channel in 0..<channels { fields[row * channels + channel] = 0 }
    }
  }
}
