import Configuration
import Datasets

extension Inspection {
  /// A dataset: everything that a scientist asks of a file before using it.
  init(dataset path: String) throws {
    let file = try DatasetFile(path: path)
    var fieldRows: [[String]] = []
    var fields: [JSONValue] = []
    for variable in file.fields {
      let range = variable.element.isNumeric ? try file.range(of: variable) : nil
      fieldRows.append(Inspection.row(of: variable, range))
      fields.append(Inspection.json(of: variable, range))
    }
    let coordinates = file.variables.filter(\.isCoordinate)
    let coordinateRows = try coordinates.map { try Inspection.coordinateRow($0, in: file) }
    let configuration = file.attributes["opkit_configuration"]?.text
      .flatMap { try? JSONValue.parse($0, source: path) }
    let attributes = file.attributes.filter { $0.name != "opkit_configuration" && $0.name != "_NCProperties" }
    let text = Inspection.sections([
      (
        "dataset \(path)",
        tableText([["format", file.format], ["samples", "\(file.sampleCount)"]], indent: 2)
      ),
      ("coordinates", tableText(coordinateRows, indent: 2)),
      ("fields", tableText(fieldRows, indent: 2)),
      ("attributes", tableText(attributes.map { [$0.name, $0.value.json.plainText] }, indent: 2)),
      ("configuration", configuration.map { Inspection.flattened($0) } ?? ""),
    ])
    self.init(
      text: text,
      json: [
        "kind": "dataset", "path": .string(path), "format": .string(file.format),
        "samples": .integer(file.sampleCount),
        "dimensions": .object(file.dimensions.map { .init(key: $0.name, value: .integer($0.count)) }),
        "coordinates": .array(coordinates.map { Inspection.json(of: $0, nil) }), "fields": .array(fields),
        "attributes": .object(attributes.map { .init(key: $0.name, value: $0.value.json) }),
        "configuration": configuration ?? .null,
      ])
  }

  private static func shapeText(_ variable: DatasetVariable) -> String {
    guard let names = variable.dimensions, names.count == variable.shape.count else {
      return variable.shape.map(String.init).joined(separator: " × ")
    }
    return zip(names, variable.shape).map { "\($0) \($1)" }.joined(separator: " × ")
  }

  private static func row(of variable: DatasetVariable, _ range: ValueRange?) -> [String] {
    var row = [variable.name, shapeText(variable), variable.element.name]
    row.append(variable.attributes["units"]?.text.map { "[\($0)]" } ?? "")
    if let range {
      row.append("\(numberText(range.minimum, digits: 4)) … \(numberText(range.maximum, digits: 4))")
      row.append(range.nonFiniteCount == 0 ? "" : "\(range.nonFiniteCount) not finite")
    }
    row.append(variable.attributes["long_name"]?.text ?? "")
    return row
  }

  private static func json(of variable: DatasetVariable, _ range: ValueRange?) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init(key: "name", value: .string(variable.name)),
      .init(key: "shape", value: .array(variable.shape.map { .integer($0) })),
      .init(
        key: "dimensions", value: variable.dimensions.map { .array($0.map { .string($0) }) } ?? .null),
      .init(key: "type", value: .string(variable.element.name)),
    ]
    if let range {
      members.append(.init(key: "minimum", value: .number(range.minimum)))
      members.append(.init(key: "maximum", value: .number(range.maximum)))
      members.append(.init(key: "mean", value: .number(range.mean)))
      members.append(.init(key: "standardDeviation", value: .number(range.standardDeviation)))
      members.append(.init(key: "nonFinite", value: .integer(range.nonFiniteCount)))
    }
    let attributes = variable.attributes.map { JSONValue.Member(key: $0.name, value: $0.value.json) }
    members.append(.init(key: "attributes", value: .object(attributes)))
    return .object(members)
  }

  private static func coordinateRow(_ variable: DatasetVariable, in file: DatasetFile) throws -> [String] {
    let units = variable.attributes["units"]?.text.map { "[\($0)]" } ?? ""
    let count = "\(variable.shape.reduce(1, *)) values"
    guard variable.element.isNumeric else {
      return [variable.name, count, units, try file.texts(of: variable).prefix(8).joined(separator: ", ")]
    }
    let range = try file.range(of: variable)
    let ends = "\(numberText(range.minimum, digits: 6)) … \(numberText(range.maximum, digits: 6))"
    return [variable.name, count, units, ends, variable.attributes["boundary"]?.text ?? ""]
  }
}

extension AttributeValue {
  fileprivate var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .texts(let texts): .array(texts.map { .string($0) })
    case .integers(let values): values.count == 1 ? .integer(values[0]) : .array(values.map { .integer($0) })
    case .numbers(let values): values.count == 1 ? .number(values[0]) : .array(values.map { .number($0) })
    case .other(let kind): .string(kind)
    }
  }
}

extension JSONValue {
  /// A text as it is, anything else as JSON.
  fileprivate var plainText: String { stringValue ?? serialized(indent: nil) }
}
