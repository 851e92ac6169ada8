import Datasets
import Tensors

/// Which task each sample belongs to, where a file holds several: a field with one channel per task says so by its largest
/// channel (one-hot, usually), read at its first point.
public struct TaskGroups: Sendable, Equatable {
  public let names: [String]
  /// Index of each sample's task.
  public let tasks: [Int]

  /// - Throws: `DatasetsError` for a field that is missing or has no channels.
  public init(_ file: DatasetFile, field: String, samples: Range<Int>) throws {
    guard let variable = file[field], !variable.isCoordinate else {
      throw DatasetsError.noSuchVariable(
        path: file.path, name: field, role: "task", known: file.fields.map(\.name))
    }
    let second = variable.dimensions.flatMap { $0.count > 1 ? $0[1] : nil }
    guard variable.shape.count >= 2, variable.shape[0] >= samples.upperBound,
      variable.shape.allSatisfy({ $0 > 0 }),
      second.map({ $0 == "channel" || $0.hasSuffix("_channel") }) ?? true
    else {
      throw DatasetsError.unusableShape(
        path: file.path, variable: field, shape: variable.shape,
        reason: "tasks need samples and, next to them, one channel per task",
        fix: "name a field with one channel per task")
    }
    let channels = variable.shape[1]
    let values = HostBuffer(count: samples.count * channels, precision: .float64)
    try file.read(
      variable, start: [samples.lowerBound] + variable.shape.dropFirst().map { _ in 0 },
      count: [samples.count, channels] + variable.shape.dropFirst(2).map { _ in 1 }, precision: .float64,
      into: values.base)
    tasks = (0..<samples.count).map { sample in
      (0..<channels).max { values[sample * channels + $0] < values[sample * channels + $1] } ?? 0
    }
    var labels = (0..<channels).map { "\(field) \($0)" }
    if let name = variable.dimensions?[1], let texts = file[name], texts.element == .text {
      let stored = try file.texts(of: texts)
      if stored.count == channels { labels = stored }
    }
    names = labels
  }

  /// The numbers of one task's samples.
  public func values(_ task: Int, of perSample: [Double]) -> [Double] {
    zip(tasks, perSample).filter { $0.0 == task }.map(\.1)
  }
}
