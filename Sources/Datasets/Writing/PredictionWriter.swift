import Fields
import Tensors

/// Writes predictions of a model as a dataset with the names, components and times of the truth.
///
/// A field that is named like a dimension (`y` of plain arrays) becomes `prediction_<name>`, because a file
/// has one variable of a name. Predictions at scattered points come with the points themselves, in `points`.
public final class PredictionWriter {
  private let writer: DatasetWriter
  private let outputs: OutputDescription
  private let pointCount: Int
  private let precision: Precision
  private let offsets: [Int]
  /// Coordinates of a point, where predictions are at scattered points.
  private let dimensions: Int?

  /// - Parameters:
  ///   - axes: grid of the predictions.
  ///   - points: where they are if not on the grid.
  ///   - sampleIndices: numbers of the samples in the file that the model was applied to.
  ///   - precision: of the predictions given, and of the file.
  ///   - attributes: of the file: title, source, checkpoint.
  /// - Throws: exit status 4 if the file cannot be made, 3 if the outputs cannot stand in one file.
  public init(
    path: String, outputs: OutputDescription, axes: [GridAxis], points: QueryPoints? = nil,
    sampleIndices: [Int],
    precision: Precision, attributes: [(String, AttributeValue)] = [], overwrite: Bool = false
  ) throws {
    let times = outputs.fields.map(\.times).first { !$0.isEmpty } ?? []
    let taken = Set(
      ["sample", "time", "channel"] + (points == nil ? axes.map(\.name) : ["point", "points"]))
    let names = outputs.fields.map { taken.contains($0.name) ? "prediction_\($0.name)" : $0.name }
    guard Set(names).count == names.count,
      outputs.fields.allSatisfy({ $0.times.isEmpty || $0.times == times })
    else { throw DatasetsError.badDescription(source: path) }
    let fields = zip(names, outputs.fields).map { name, field in
      SampleLayout.Field(
        name: name, longName: field.longName, units: field.units, dependsOnTime: !field.times.isEmpty,
        channels: field.channels, isOnPoints: points != nil)
    }
    let pointFields = points.map { points in
      [
        SampleLayout.Field(
          name: "points", longName: "coordinates of the points",
          channels: points.dimensions > 1 ? (0..<points.dimensions).map(String.init) : [], isOnPoints: true)
      ]
    }
    dimensions = points?.dimensions
    let calendarUnits = ["seconds", "minutes", "hours", "days"].contains(outputs.timeUnits)
    let layout = SampleLayout(
      axes: points == nil ? axes : [], times: times, timeUnits: calendarUnits ? "1" : outputs.timeUnits,
      fields: fields + (pointFields ?? []), pointCount: points?.count ?? 0)
    writer = try DatasetWriter(
      path: path, layout: layout, mapping: nil, sampleCount: sampleIndices.count, attributes: attributes,
      sampleIndices: sampleIndices, storage: precision, overwrite: overwrite)
    self.outputs = outputs
    self.precision = precision
    pointCount = points?.count ?? axes.reduce(1) { $0 * $1.count }
    var total = 0
    offsets = outputs.fields.map { field in
      defer { total += field.channelCount }
      return total
    }
  }

  /// Writes the next samples from channels-last values `[sample][grid…][channel]` of the writer's precision.
  ///
  /// - Parameter points: `[sample][point][coordinate]`, where predictions are at scattered points.
  /// - Throws: exit status 5 for a value that is not finite, 4 if the file cannot be written.
  public func append(_ values: UnsafeRawPointer, at points: UnsafeRawPointer? = nil, samples: Int) throws {
    for sample in 0..<samples {
      try writer.append(quality: [:]) { field, target in
        if field < outputs.fields.count {
          gather(
            values, sample, outputs.channelCount, offsets[field], outputs.fields[field].channelCount, target)
        } else if let dimensions, let points {
          gather(points, sample, dimensions, 0, dimensions, target)
        }
      }
    }
  }

  /// Completes the file; see ``DatasetWriter/finish()``.
  public func finish() throws { try writer.finish() }

  /// Removes everything written so far.
  public func abandon() { writer.abandon() }

  private func gather(
    _ values: UnsafeRawPointer, _ sample: Int, _ channels: Int, _ offset: Int, _ count: Int,
    _ target: HostRange
  ) {
    let base = values + sample * pointCount * channels * precision.byteCount
    switch precision {
    case .float32: gather(Float.self, base, channels, offset, count, target)
    case .float64: gather(Double.self, base, channels, offset, count, target)
    }
  }

  /// From `[grid][channel]` to `[time][component][grid]`.
  private func gather<Scalar>(
    _: Scalar.Type, _ source: UnsafeRawPointer, _ channels: Int, _ offset: Int, _ count: Int,
    _ target: HostRange
  ) {
    let from = source.assumingMemoryBound(to: Scalar.self)
    let to = target.base.assumingMemoryBound(to: Scalar.self)
    for channel in 0..<count {
      for point in 0..<pointCount {
        to[channel &* pointCount &+ point] = from[point &* channels &+ offset &+ channel]
      }
    }
  }
}
