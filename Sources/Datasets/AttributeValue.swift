/// Value of an attribute of a file or a variable.
public enum AttributeValue: Sendable, Equatable {
  case text(String)
  case texts([String])
  case integers([Int])
  case numbers([Double])
  /// A kind that opkit does not read, in words.
  case other(String)

  /// A single integer.
  public static func integer(_ value: Int) -> AttributeValue { .integers([value]) }
  /// A single number.
  public static func number(_ value: Double) -> AttributeValue { .numbers([value]) }

  public var text: String? {
    if case .text(let value) = self { value } else { nil }
  }
}

/// An attribute with its name, in the order of the file.
public struct DatasetAttribute: Sendable, Equatable {
  public var name: String
  public var value: AttributeValue

  public init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }
}

extension [DatasetAttribute] {
  /// The value of a name, if present.
  public subscript(name: String) -> AttributeValue? { first { $0.name == name }?.value }
}
