/// What a pickle describes, as plain data: nothing in it was called or imported.
indirect enum PickleValue {
  case none
  case truth(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case bytes([UInt8])
  case tuple([PickleValue])
  case list(PickleList)
  case dictionary(PickleDictionary)
  /// A name that Python would import, such as `torch.FloatStorage`.
  case global(String)
  /// A run of numbers in another member of the file.
  case storage(TensorStorage)
  case tensor(TensorDescription)
}

/// A list that later instructions append to.
final class PickleList {
  var items: [PickleValue] = []
}

/// A dictionary that later instructions add to; only texts as keys are kept apart.
final class PickleDictionary {
  var items: [(key: PickleValue, value: PickleValue)] = []

  /// The value of a text key.
  subscript(name: String) -> PickleValue? {
    items.last { if case .text(name) = $0.key { true } else { false } }?.value
  }
}

struct TensorStorage {
  /// Element type as torch calls it, such as `FloatStorage`.
  var type: String
  var key: String
  /// Elements.
  var count: Int
}

/// A tensor as a strided view of a storage.
struct TensorDescription {
  var storage: TensorStorage
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}
