/// What a pickle describes, as plain data: nothing in it was called or imported.
package indirect enum PickleValue {
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
  /// An array of NumPy, with its numbers in the pickle itself.
  case array(PickleArray)
  /// NumPy's description of an element.
  case element(PickleElement)
}

/// A list that later instructions append to.
package final class PickleList {
  package var items: [PickleValue] = []
}

/// A dictionary that later instructions add to; only texts as keys are kept apart.
package final class PickleDictionary {
  package var items: [(key: PickleValue, value: PickleValue)] = []

  /// The value of a text key.
  package subscript(name: String) -> PickleValue? {
    items.last { if case .text(name) = $0.key { true } else { false } }?.value
  }
}

package struct TensorStorage {
  /// Element type as torch calls it, such as `FloatStorage`.
  package var type: String
  package var key: String
  /// Elements.
  package var count: Int
}

/// A tensor as a strided view of a storage.
package struct TensorDescription {
  package var storage: TensorStorage
  package var offset: Int
  package var shape: [Int]
  package var strides: [Int]
}

/// An array of NumPy; later instructions fill it.
package final class PickleArray {
  package var shape: [Int] = []
  package var element = PickleElement(name: "")
  /// Whether the first index runs fastest.
  package var isFortran = false
  /// The numbers as stored; empty for an array of objects.
  package var bytes: [UInt8] = []
  /// The members of an array of objects.
  package var items: [PickleValue] = []
}

/// NumPy's description of an element, such as `f8` in order `<`; later instructions give the order.
package final class PickleElement {
  package let name: String
  package var order = "|"

  init(name: String) { self.name = name }
}
