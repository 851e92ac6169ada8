import Files

/// What stands in front of the numbers of an `.npy` file: a Python dictionary of three entries.
///
/// - References: NumPy, numpy.lib.format, versions 1.0 to 3.0.
struct NumPyHeader {
  /// Element type, such as `<f8`; "a record" where it is a list of fields.
  let descriptor: String
  let isFortran: Bool
  let shape: [Int]
  /// What follows the header.
  let content: ArraySlice<UInt8>

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// - Throws: `ZipArchive.Refusal`.
  init(_ bytes: ArraySlice<UInt8>) throws {
    do {
      var reader = ByteReader(bytes)
      guard Array(try reader.take(6)) == NumPyHeader.magic else {
        throw ZipArchive.Refusal(reason: "it does not begin as an array of NumPy does")
      }
      let major = try reader.byte()
      _ = try reader.byte()
      guard (1...3).contains(major) else {
        throw ZipArchive.Refusal(reason: "version \(major) of NumPy's format is not known")
      }
      let header = try reader.take(Int(try reader.unsigned(major == 1 ? 2 : 4)))
      content = bytes[reader.position...]
      var literal = Literal(text: Array(header))
      let entries = try literal.dictionary()
      guard case .text(let descriptor)? = entries["descr"],
        case .truth(let order)? = entries["fortran_order"], case .numbers(let shape)? = entries["shape"]
      else { throw ZipArchive.Refusal(reason: "its header lacks descr, fortran_order or shape") }
      (self.descriptor, isFortran, self.shape) = (descriptor, order, shape)
    } catch is ByteReader.Exhausted {
      throw ZipArchive.Refusal(reason: "its header is cut short")
    }
  }
}

/// The few Python literals that a header is made of.
private struct Literal {
  enum Value {
    case text(String)
    case truth(Bool)
    case numbers([Int])
  }

  let text: [UInt8]
  private var place = 0

  init(text: [UInt8]) { self.text = text }

  private static let damaged = ZipArchive.Refusal(reason: "its header cannot be understood")

  private mutating func skipSpaces() {
    while place < text.count, text[place] == 0x20 || text[place] == 0x0A { place += 1 }
  }

  /// The next letter that is no space, which is passed; 0 at the end.
  private mutating func next() -> UInt8 {
    skipSpaces()
    defer { place += 1 }
    return place < text.count ? text[place] : 0
  }

  private mutating func passes(_ letter: Character) -> Bool {
    let before = place
    if next() == letter.asciiValue { return true }
    place = before
    return false
  }

  mutating func dictionary() throws -> [String: Value] {
    guard passes("{") else { throw Literal.damaged }
    var entries: [String: Value] = [:]
    while !passes("}") {
      let key = try quoted()
      guard passes(":") else { throw Literal.damaged }
      entries[key] = try value()
      if passes(",") { continue }
      guard passes("}") else { throw Literal.damaged }
      break
    }
    return entries
  }

  private mutating func quoted() throws -> String {
    let quote = next()
    guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""), place <= text.count,
      let end = text[place...].firstIndex(of: quote)
    else { throw Literal.damaged }
    defer { place = end + 1 }
    return String(decoding: text[place..<end], as: UTF8.self)
  }

  private mutating func value() throws -> Value {
    if passes("(") { return .numbers(try numbers()) }
    // The fields of a record: passed over, for records are not read.
    if passes("[") {
      var depth = 1
      while depth > 0 {
        switch next() {
        case UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "]"): depth -= 1
        case 0: throw Literal.damaged
        default: break
        }
      }
      return .text("a record")
    }
    for (word, truth) in [("True", true), ("False", false)] {
      let before = place
      if word.allSatisfy({ passes($0) }) { return .truth(truth) }
      place = before
    }
    return .text(try quoted())
  }

  private mutating func numbers() throws -> [Int] {
    var numbers: [Int] = []
    while !passes(")") {
      skipSpaces()
      let digits = text[min(place, text.count)...].prefix { (0x30...0x39).contains($0) }
      place += digits.count
      // Python 2 marked long integers.
      _ = passes("L")
      guard let number = Int(String(decoding: digits, as: UTF8.self)), numbers.count < 32 else {
        throw Literal.damaged
      }
      numbers.append(number)
      if passes(",") { continue }
      guard passes(")") else { throw Literal.damaged }
      break
    }
    return numbers
  }
}
