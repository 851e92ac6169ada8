/// A tensor of a state dict: real, or complex with real and imaginary parts side by side.
public struct ForeignTensor: Sendable, Equatable {
  /// Without an axis for the two parts of complex numbers.
  public var shape: [Int]
  public var isComplex: Bool
  /// Row-major; a complex number is two of these.
  public var numbers: [Double]

  public init(shape: [Int], isComplex: Bool, numbers: [Double]) {
    precondition(numbers.count == shape.reduce(isComplex ? 2 : 1, *), "numbers do not fill the shape")
    self.shape = shape
    self.isComplex = isComplex
    self.numbers = numbers
  }
}
