extension PickleArray {
  /// Takes what NumPy stores of an array: version, shape, element, order, and its bytes or the list of its members.
  func take(_ state: PickleValue) throws {
    guard case .tuple(let parts) = state, parts.count == 5, let shape = PickleMachine.integers(parts[1]),
      shape.allSatisfy({ $0 >= 0 }), case .element(let element) = parts[2], case .truth(let order) = parts[3]
    else { throw PickleMachine.Refusal(reason: "its pickle describes an array in a way that NumPy does not") }
    (self.shape, self.element, isFortran) = (shape, element, order)
    switch parts[4] {
    case .bytes(let bytes): self.bytes = bytes
    case .list(let list): items = list.items
    default: throw PickleMachine.Refusal(reason: "its pickle has an array without numbers")
    }
  }
}

extension PickleElement {
  /// Takes what NumPy stores of an element; its second part is the order of bytes.
  func take(_ state: PickleValue) throws {
    guard case .tuple(let parts) = state, parts.count > 1, case .text(let order) = parts[1] else {
      throw PickleMachine.Refusal(reason: "its pickle describes an element in a way that NumPy does not")
    }
    self.order = order
  }
}
