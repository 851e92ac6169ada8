import Fields
import Tensors

extension SampleReader {
  /// Reads the points of samples that have their own, `[sample][point][coordinate]`, in the reader's precision.
  ///
  /// - Precondition: the signature's queries are `perSample`.
  public func readPoints(_ samples: Range<Int>, into target: UnsafeMutableRawPointer) throws {
    guard let points = plan.points, !points.isCommon else {
      preconditionFailure("no points of the samples' own")
    }
    try gather([points.points], of: samples, points: points.count, into: target)
  }

  /// Memory for the points of so many samples; nil where they have none of their own.
  public func pointBuffer(samples: Int) -> HostBuffer? {
    guard let points = plan.points, !points.isCommon else { return nil }
    return HostBuffer(count: samples * points.count * points.points.width, precision: precision)
  }

  /// Where the outputs of a plan are given.
  static func queries(_ plan: ChannelPlan, in file: DatasetFile) throws -> QueryPoints? {
    guard let points = plan.points else { return nil }
    let dimensions = points.points.width
    if !points.isCommon { return .perSample(count: points.count, dimensions: dimensions) }
    let coordinates = try file.values(of: points.points.variable)
    if let bad = coordinates.firstIndex(where: { !$0.isFinite }) {
      throw DatasetsError.nonFinite(
        path: file.path, variable: points.points.variable.name, sample: 0, index: [bad / dimensions])
    }
    return .common(coordinates: coordinates, dimensions: dimensions)
  }

  /// Reads columns side by side: `[sample][point][all columns]`.
  func gather(
    _ columns: [PointPlan.Column], of samples: Range<Int>, points: Int, into target: UnsafeMutableRawPointer
  ) throws {
    let all = columns.reduce(0) { $0 + $1.width }
    var offset = 0
    for column in columns {
      let shape = column.variable.shape
      let count = samples.count * points * column.width
      if scratch.count < count || scratch.precision != precision {
        scratch = HostBuffer(count: count, precision: precision)
      }
      try file.read(
        column.variable, start: [samples.lowerBound] + shape.dropFirst().map { _ in 0 },
        count: [samples.count] + shape.dropFirst(), precision: precision, into: scratch.base)
      let range = HostRange(base: scratch.base, count: count, precision: precision)
      if let bad = range.firstNonFinite() {
        throw DatasetsError.nonFinite(
          path: file.path, variable: column.variable.name,
          sample: samples.lowerBound + bad / (points * column.width),
          index: [bad / column.width % points])
      }
      switch precision {
      case .float32: spread(Float.self, rows: samples.count * points, column.width, to: target, all, offset)
      case .float64: spread(Double.self, rows: samples.count * points, column.width, to: target, all, offset)
      }
      offset += column.width
    }
  }

  private func spread<Scalar>(
    _: Scalar.Type, rows: Int, _ width: Int, to target: UnsafeMutableRawPointer, _ stride: Int, _ offset: Int
  ) {
    let source = scratch.base.assumingMemoryBound(to: Scalar.self)
    let output = target.assumingMemoryBound(to: Scalar.self) + offset
    for row in 0..<rows {
      for column in 0..<width { output[row * stride + column] = source[row * width + column] }
    }
  }
}

extension DatasetFile {
  /// Stored times of a range of indices; the indices themselves in a file that has no times.
  func times(_ indices: Range<Int>) throws -> [Double] {
    guard !indices.isEmpty else { return [] }
    var stored: [Double] = []
    if let time = self["time"] ?? self["t"], time.isCoordinate, time.element.isNumeric, time.shape.count == 1
    {
      stored = try values(of: time)
    }
    return indices.map { stored.indices.contains($0) ? stored[$0] : Double($0) }
  }
}
