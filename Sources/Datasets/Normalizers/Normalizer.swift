import Tensors

/// An affine map of channels that brings training data to unit size, and back.
///
///     apply:  z = (x − shift) / scale      invert:  x = z·scale + shift
///
/// Fitted on the training samples alone, stored in the checkpoint, undone before anything is measured.
public struct Normalizer: Sendable {
  /// How shift and scale follow from the data.
  public enum Kind: String, Sendable, CaseIterable {
    /// x unchanged.
    case none
    /// Per grid point and channel: mean, and σ + 1e-5 with the unbiased σ. The normaliser of the original FNO
    /// scripts; bound to the training grid.
    case pointwise
    /// Per channel, over samples and grid: mean, and σ + 1e-7 with the unbiased σ (neuraloperator's default).
    /// Works on any grid. A channel that never varies keeps scale 1.
    case channel
    /// Per channel to [0, 1].
    case minmax
    /// Per channel to [−1, 1].
    case symmetric
  }

  public let kind: Kind
  /// Channels of the fitted field; data may hold any multiple of them (several times of a field).
  public let channels: Int
  /// Grid of the training data for ``Kind/pointwise``; empty for kinds that work on any grid.
  public let grid: [Int]
  /// Row-major `[grid…][channel]` for ``Kind/pointwise``, else `[channel]`.
  public let shift: [Double]
  /// As ``shift``; never zero.
  public let scale: [Double]

  init(kind: Kind, channels: Int, grid: [Int], shift: [Double], scale: [Double]) {
    precondition(shift.count == scale.count && shift.count == channels * grid.reduce(1, *))
    self.kind = kind
    self.channels = channels
    self.grid = grid
    self.shift = shift
    self.scale = scale
  }

  /// Leaves data as they are.
  public static func identity(channels: Int) -> Normalizer {
    Normalizer(
      kind: .none, channels: channels, grid: [], shift: Array(repeating: 0, count: channels),
      scale: Array(repeating: 1, count: channels))
  }

  /// Refuses a grid that the normaliser was not fitted on.
  ///
  /// - Throws: ``DatasetsError/otherGrid(kind:fitted:asked:)`` for ``Kind/pointwise`` on another grid.
  public func check(grid asked: [Int]) throws {
    if kind == .pointwise, asked != grid {
      throw DatasetsError.otherGrid(kind: kind.rawValue, fitted: grid, asked: asked)
    }
  }

  /// Normalises channels-last data `[sample][grid…][k·channels]` in place.
  public func apply(to data: HostBuffer, grid: [Int], channels: Int) throws {
    try apply(to: data.base, precision: data.precision, count: data.count, grid: grid, channels: channels)
  }

  /// Undoes ``apply(to:grid:channels:)``.
  public func invert(_ data: HostBuffer, grid: [Int], channels: Int) throws {
    try invert(data.base, precision: data.precision, count: data.count, grid: grid, channels: channels)
  }

  /// Normalises `count` values of channels-last data in place; see ``apply(to:grid:channels:)``.
  public func apply(
    to data: UnsafeMutableRawPointer, precision: Precision, count: Int, grid: [Int], channels: Int
  ) throws {
    try transform(data, precision, count, grid, channels) { x, shift, scale in (x - shift) / scale }
  }

  /// Undoes normalisation of `count` values in place; see ``invert(_:grid:channels:)``.
  public func invert(
    _ data: UnsafeMutableRawPointer, precision: Precision, count: Int, grid: [Int], channels: Int
  ) throws {
    try transform(data, precision, count, grid, channels) { z, shift, scale in z * scale + shift }
  }

  @inline(__always)
  private func transform(
    _ data: UnsafeMutableRawPointer, _ precision: Precision, _ count: Int, _ grid: [Int], _ width: Int,
    _ map: (Double, Double, Double) -> Double
  ) throws {
    if kind == .none { return }
    try check(grid: grid)
    precondition(width > 0 && width % channels == 0 && count % width == 0, "data of other channels")
    let period = shift.count
    shift.withUnsafeBufferPointer { shift in
      scale.withUnsafeBufferPointer { scale in
        switch precision {
        case .float32:
          let values = data.assumingMemoryBound(to: Float.self)
          walk(count, width, period) { i, p in values[i] = Float(map(Double(values[i]), shift[p], scale[p])) }
        case .float64:
          let values = data.assumingMemoryBound(to: Double.self)
          walk(count, width, period) { i, p in values[i] = map(values[i], shift[p], scale[p]) }
        }
      }
    }
  }

  /// Visits every value with the index of its parameters: points cycle through the grid, channels through
  /// the fitted ones.
  @inline(__always)
  private func walk(_ count: Int, _ width: Int, _ period: Int, _ body: (Int, Int) -> Void) {
    var first = 0
    var i = 0
    while i < count {
      var parameter = first
      let rowEnd = i &+ width
      while i < rowEnd {
        body(i, parameter)
        i &+= 1
        parameter &+= 1
        if parameter == first &+ channels { parameter = first }
      }
      first &+= channels
      if first == period { first = 0 }
    }
  }
}
