import Tensors

/// An array in a dataset.
public struct DatasetVariable: Sendable, Equatable {
  /// Path inside the file, such as `vorticity`.
  public var name: String
  public var shape: [Int]
  /// Names of the axes; `nil` where the format has none, as in plain HDF5.
  public var dimensions: [String]?
  public var element: ElementType
  public var attributes: [DatasetAttribute]
  /// Whether it gives the positions along a dimension of its own name.
  public var isCoordinate: Bool

  public init(
    name: String, shape: [Int], dimensions: [String]?, element: ElementType,
    attributes: [DatasetAttribute] = [], isCoordinate: Bool = false
  ) {
    self.name = name
    self.shape = shape
    self.dimensions = dimensions
    self.element = element
    self.attributes = attributes
    self.isCoordinate = isCoordinate
  }
}

/// A file of some format, as named arrays: what every reader of a file layout provides.
///
/// A new layout is one type with this protocol and one entry of ``DatasetFormats/entries``.
public protocol DatasetSource: AnyObject {
  var variables: [DatasetVariable] { get }
  /// Attributes of the file as a whole.
  var attributes: [DatasetAttribute] { get }

  /// Reads a box of a numeric variable, converted to a precision, row-major.
  ///
  /// - Precondition: the box lies inside the variable, and `target` holds the product of `count`.
  /// - Throws: ``DatasetsError``, exit status 3.
  func read(
    _ variable: DatasetVariable, start: [Int], count: [Int], precision: Precision,
    into target: UnsafeMutableRawPointer) throws

  /// Reads a variable of texts.
  func texts(_ variable: DatasetVariable) throws -> [String]
}

/// A file layout that opkit reads.
public struct DatasetFormat: Sendable {
  public var name: String
  public var title: String
  /// Whether the first bytes of a file (at most ``DatasetFormats/headSize``) are of this format.
  public var recognises: @Sendable (_ head: [UInt8]) -> Bool
  public var open: @Sendable (_ path: String) throws -> any DatasetSource
}

/// The known file layouts, in the order in which they are tried.
public enum DatasetFormats {
  /// Bytes that are read to recognise a format.
  public static let headSize = 4096

  public static let entries: [DatasetFormat] = [
    DatasetFormat(
      name: "HDF5", title: "HDF5 and netCDF-4: fields with named dimensions, or plain arrays",
      recognises: HDF5Source.recognises, open: { try HDF5Source(path: $0) }),
    DatasetFormat(
      name: "NPZ", title: "NPZ of NumPy: plain arrays, and DeepXDE's pairs of arrays",
      recognises: NPZSource.recognises, open: { try NPZSource(path: $0) }),
  ]
}
