import Configuration
import Fields

/// What the output channels of a learning problem are: enough to write predictions as named fields.
///
/// Kept in the checkpoint, because a file to which a model is applied need not hold outputs.
public struct OutputDescription: Sendable, Equatable {
  public struct Field: Sendable, Equatable {
    public var name: String
    public var longName: String
    public var units: String
    /// Names of the components; empty for a scalar field.
    public var channels: [String]
    /// Times of the output; empty for a field that has no time axis there.
    public var times: [Double]

    public var channelCount: Int { max(1, channels.count) * max(1, times.count) }
  }

  public var fields: [Field]
  public var timeUnits: String

  /// Describes the outputs that a reader delivers.
  public init(_ reader: SampleReader) throws {
    let file = reader.file
    let time = file["time"] ?? file["t"]
    var stored: [Double]?
    if let time, time.isCoordinate, time.element.isNumeric, time.shape.count == 1 {
      stored = try file.values(of: time)
    }
    timeUnits = time?.attributes["units"]?.text ?? "1"
    if let points = reader.plan.points {
      fields = points.outputs.map { column in
        let attributes = column.variable.attributes
        return Field(
          name: column.variable.name.split(separator: "/").last.map(String.init) ?? column.variable.name,
          longName: attributes["long_name"]?.text ?? column.variable.name,
          units: attributes["units"]?.text ?? "1",
          channels: column.width > 1 ? (0..<column.width).map(String.init) : [], times: [])
      }
      return
    }
    fields = try reader.plan.outputs.map { piece in
      let variable = piece.axes.variable
      var channels: [String] = []
      if let count = piece.axes.channelCount {
        channels = (0..<count).map(String.init)
        if let name = piece.axes.channelName, let labels = file[name], labels.element == .text {
          let texts = try file.texts(of: labels)
          if texts.count == count { channels = texts }
        }
      }
      // One time alone (the last one) is a field without a time axis.
      let isSeries = reader.mapping.isWindow || (piece.times?.count ?? 0) > 1
      let times = isSeries ? (piece.times ?? 0..<0).map { OutputDescription.time($0, stored) } : []
      return Field(
        name: variable.name.split(separator: "/").last.map(String.init) ?? variable.name,
        longName: variable.attributes["long_name"]?.text ?? variable.name,
        units: variable.attributes["units"]?.text ?? "1", channels: channels, times: times)
    }
  }

  private static func time(_ index: Int, _ stored: [Double]?) -> Double {
    guard let stored, stored.indices.contains(index) else { return Double(index) }
    return stored[index]
  }

  public var channelCount: Int { fields.reduce(0) { $0 + $1.channelCount } }

  /// The same fields at one time each.
  public var withoutTimes: OutputDescription {
    var result = self
    for index in result.fields.indices { result.fields[index].times = [] }
    return result
  }

  /// The description as it stands in a checkpoint.
  public var json: JSONValue {
    [
      "timeUnits": .string(timeUnits),
      "fields": .array(
        fields.map { field in
          [
            "name": .string(field.name), "longName": .string(field.longName), "units": .string(field.units),
            "channels": .array(field.channels.map { .string($0) }),
            "times": .array(field.times.map { .number($0) }),
          ]
        }),
    ]
  }

  /// Reads ``json`` back.
  ///
  /// - Throws: ``DatasetsError/badDescription(source:)``, exit status 3, for anything else.
  public init(json: JSONValue, source: String) throws {
    let refusal = DatasetsError.badDescription(source: source)
    guard let units = json["timeUnits"]?.stringValue, let list = json["fields"]?.arrayValue else {
      throw refusal
    }
    timeUnits = units
    fields = try list.map { item in
      guard let name = item["name"]?.stringValue, let longName = item["longName"]?.stringValue,
        let units = item["units"]?.stringValue, let channels = item["channels"]?.arrayValue,
        let times = item["times"]?.arrayValue
      else { throw refusal }
      let labels = channels.compactMap(\.stringValue)
      let numbers = times.compactMap(\.doubleValue)
      guard labels.count == channels.count, numbers.count == times.count else { throw refusal }
      return Field(name: name, longName: longName, units: units, channels: labels, times: numbers)
    }
  }
}

extension FieldMapping {
  package var isWindow: Bool {
    if case .window = self { true } else { false }
  }
}
