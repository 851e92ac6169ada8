/// Reads the pickles that `torch.save` and `numpy.savez` write, as data.
///
/// Python's own reader runs whatever functions a pickle names. This one knows a handful of names, rebuilds what they
/// stand for (ordered dictionaries, tensors, parameters, shapes, arrays), and refuses a pickle that asks for any other to be
/// called. A name that is merely mentioned stays a name.
///
/// - References: Python, Lib/pickletools.py (the instructions); PyTorch, serialization notes (the names).
package struct PickleMachine {
  package struct Refusal: Error { package var reason: String }

  private var reader: ByteReader
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  /// More instructions than any state dict has.
  private static let maximumInstructions = 20_000_000

  private init(_ bytes: ArraySlice<UInt8>) { reader = ByteReader(bytes) }

  /// The value that a pickle describes.
  package static func value(_ bytes: ArraySlice<UInt8>) throws -> PickleValue {
    var machine = PickleMachine(bytes)
    do {
      return try machine.run()
    } catch is ByteReader.Exhausted {
      throw Refusal(reason: "its pickle ends in the middle of an instruction")
    }
  }

  private mutating func run() throws -> PickleValue {
    for _ in 0..<PickleMachine.maximumInstructions {
      let code = try reader.byte()
      if code == UInt8(ascii: ".") { return try pop() }
      if try scalar(code) { continue }
      if try container(code) { continue }
      if try reference(code) { continue }
      throw Refusal(reason: "its pickle has the instruction \(code), which no tensor or array needs")
    }
    throw Refusal(reason: "its pickle has more than \(PickleMachine.maximumInstructions) instructions")
  }

  // MARK: The stack

  private mutating func pop() throws -> PickleValue {
    guard let value = stack.popLast(), stack.count >= (marks.last ?? 0) else {
      throw Refusal(reason: "its pickle takes more from the stack than there is")
    }
    return value
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else {
      throw Refusal(reason: "its pickle has no mark where it needs one")
    }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    return values.reversed()
  }

  // MARK: Numbers and texts

  private mutating func scalar(_ code: UInt8) throws -> Bool {
    switch code {
    case 0x80: _ = try reader.byte()
    case 0x95: _ = try reader.take(8)
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.truth(true))
    case 0x89: stack.append(.truth(false))
    case UInt8(ascii: "J"): stack.append(.integer(Int(Int32(truncatingIfNeeded: try reader.unsigned(4)))))
    case UInt8(ascii: "K"): stack.append(.integer(Int(try reader.byte())))
    case UInt8(ascii: "M"): stack.append(.integer(Int(try reader.unsigned(2))))
    case 0x8A: stack.append(.integer(try long(Int(try reader.byte()))))
    case UInt8(ascii: "G"):
      let bits = try reader.take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      stack.append(.number(Double(bitPattern: bits)))
    case UInt8(ascii: "X"): stack.append(.text(try text(Int(try reader.unsigned(4)))))
    case 0x8C: stack.append(.text(try text(Int(try reader.byte()))))
    case UInt8(ascii: "U"): stack.append(.text(try text(Int(try reader.byte()))))
    case UInt8(ascii: "T"): stack.append(.text(try text(Int(try reader.unsigned(4)))))
    case UInt8(ascii: "C"): stack.append(.bytes(Array(try reader.take(Int(try reader.byte())))))
    case UInt8(ascii: "B"): stack.append(.bytes(Array(try reader.take(Int(try reader.unsigned(4))))))
    default: return false
    }
    return true
  }

  private mutating func text(_ count: Int) throws -> String {
    guard let text = String(validating: try reader.take(count), as: UTF8.self) else {
      throw Refusal(reason: "its pickle has a text that is not UTF-8")
    }
    return text
  }

  /// A signed little-endian integer of up to eight bytes.
  private mutating func long(_ count: Int) throws -> Int {
    guard count <= 8 else { throw Refusal(reason: "its pickle has an integer of \(count) bytes") }
    if count == 0 { return 0 }
    let value = try reader.unsigned(count)
    let unused = 64 - 8 * count
    return Int(Int64(bitPattern: value << unused) >> unused)
  }

  // MARK: Tuples, lists, dictionaries

  private mutating func container(_ code: UInt8) throws -> Bool {
    switch code {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: ")"): stack.append(.tuple([]))
    case UInt8(ascii: "t"): stack.append(.tuple(try popToMark()))
    case 0x85...0x87: stack.append(.tuple(try pop(Int(code) - 0x84)))
    case UInt8(ascii: "]"), 0x8F: stack.append(.list(PickleList()))
    case UInt8(ascii: "l"):
      let list = PickleList()
      list.items = try popToMark()
      stack.append(.list(list))
    case UInt8(ascii: "a"):
      let value = try pop()
      try list().items.append(value)
    case UInt8(ascii: "e"), 0x90:
      let values = try popToMark()
      try list().items += values
    case UInt8(ascii: "}"): stack.append(.dictionary(PickleDictionary()))
    case UInt8(ascii: "d"):
      let values = try popToMark()
      let dictionary = PickleDictionary()
      try add(values, to: dictionary)
      stack.append(.dictionary(dictionary))
    case UInt8(ascii: "s"):
      let values = try pop(2)
      try add(values, to: dictionary())
    case UInt8(ascii: "u"):
      let values = try popToMark()
      try add(values, to: dictionary())
    default: return false
    }
    return true
  }

  private func list() throws -> PickleList {
    guard case .list(let list) = stack.last else { throw Refusal(reason: "its pickle appends to no list") }
    return list
  }

  private func dictionary() throws -> PickleDictionary {
    guard case .dictionary(let dictionary) = stack.last else {
      throw Refusal(reason: "its pickle sets an item of no dictionary")
    }
    return dictionary
  }

  private func add(_ values: [PickleValue], to dictionary: PickleDictionary) throws {
    guard values.count % 2 == 0 else { throw Refusal(reason: "its pickle has a key without value") }
    for i in stride(from: 0, to: values.count, by: 2) { dictionary.items.append((values[i], values[i + 1])) }
  }

  // MARK: Names, calls, memory

  private mutating func reference(_ code: UInt8) throws -> Bool {
    switch code {
    case UInt8(ascii: "q"): try remember(Int(try reader.byte()))
    case UInt8(ascii: "r"): try remember(Int(try reader.unsigned(4)))
    case 0x94: try remember(memo.count)
    case UInt8(ascii: "h"): try recall(Int(try reader.byte()))
    case UInt8(ascii: "j"): try recall(Int(try reader.unsigned(4)))
    case UInt8(ascii: "c"):
      let (module, name) = (try reader.line(), try reader.line())
      stack.append(
        .global("\(String(decoding: module, as: UTF8.self)).\(String(decoding: name, as: UTF8.self))"))
    case 0x93:
      guard case (.text(let module), .text(let name)) = try two() else {
        throw Refusal(reason: "its pickle names something without a text")
      }
      stack.append(.global("\(module).\(name)"))
    case UInt8(ascii: "Q"): stack.append(.storage(try PickleMachine.storage(try pop())))
    case UInt8(ascii: "R"), 0x81:
      guard case (.global(let name), .tuple(let arguments)) = try two() else {
        throw Refusal(reason: "its pickle calls something that is not a name")
      }
      stack.append(try PickleMachine.rebuild(name, arguments))
    case UInt8(ascii: "b"):
      let state = try pop()
      switch stack.last {
      case .array(let array): try array.take(state)
      case .element(let element): try element.take(state)
      // The attributes of another object: a module's version numbers, which no tensor depends on.
      case .some: break
      case nil: throw Refusal(reason: "its pickle gives attributes to nothing")
      }
    default: return false
    }
    return true
  }

  private mutating func two() throws -> (PickleValue, PickleValue) {
    let second = try pop()
    return (try pop(), second)
  }

  private mutating func remember(_ index: Int) throws {
    guard let value = stack.last else { throw Refusal(reason: "its pickle remembers nothing") }
    memo[index] = value
  }

  private mutating func recall(_ index: Int) throws {
    guard let value = memo[index] else {
      throw Refusal(reason: "its pickle recalls what it never remembered")
    }
    stack.append(value)
  }

  private static func storage(_ id: PickleValue) throws -> TensorStorage {
    guard case .tuple(let parts) = id, parts.count == 5, case .text("storage") = parts[0],
      case .global(let type) = parts[1], case .text(let key) = parts[2], case .integer(let count) = parts[4],
      count >= 0, type.hasPrefix("torch.")
    else { throw Refusal(reason: "its pickle describes a storage in a way that torch does not") }
    return TensorStorage(type: String(type.dropFirst(6)), key: key, count: count)
  }

  /// What a call would have made, for the few names that tensors and arrays need.
  private static func rebuild(_ name: String, _ arguments: [PickleValue]) throws -> PickleValue {
    switch name {
    case "collections.OrderedDict" where arguments.isEmpty: return .dictionary(PickleDictionary())
    case "torch._utils._rebuild_tensor_v2" where arguments.count >= 4:
      guard case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1],
        let shape = integers(arguments[2]), let strides = integers(arguments[3]), shape.count == strides.count
      else { throw Refusal(reason: "its pickle describes a tensor in a way that torch does not") }
      return .tensor(TensorDescription(storage: storage, offset: offset, shape: shape, strides: strides))
    case "torch._utils._rebuild_parameter" where arguments.count >= 1: return arguments[0]
    case "torch.Size" where arguments.count == 1: return arguments[0]
    case "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct":
      return .array(PickleArray())
    case "numpy.dtype":
      guard case .text(let name)? = arguments.first else {
        throw Refusal(reason: "its pickle describes an element in a way that NumPy does not")
      }
      return .element(PickleElement(name: name))
    default:
      throw Refusal(reason: "its pickle asks to call '\(name.prefix(80))', and nothing is ever called here")
    }
  }

  static func integers(_ value: PickleValue) -> [Int]? {
    guard case .tuple(let items) = value, items.count <= 32 else { return nil }
    let numbers = items.compactMap { item -> Int? in
      if case .integer(let number) = item { number } else { nil }
    }
    return numbers.count == items.count ? numbers : nil
  }
}
