import CHDF5
import Tensors

/// An open dataset whose place, filters, rank and element type have been checked.
final class HDF5Dataset {
  let path: String
  let shape: [Int]
  let element: ElementType
  let identifier: HDF5Identifier

  var id: hid_t { identifier.id }

  init(path: String, shape: [Int], element: ElementType, identifier: HDF5Identifier) {
    self.path = path
    self.shape = shape
    self.element = element
    self.identifier = identifier
  }

  /// Opens a dataset for reading.
  ///
  /// - Throws: ``HDF5Failure`` also for what is refused: links to other files, data stored outside the
  ///   file, virtual datasets, filters that the library does not itself contain.
  static func open(_ path: String, in file: HDF5File) throws -> HDF5Dataset {
    try HDF5.locked {
      try refuseForeignLinks(path, in: file)
      let handle = try HDF5.open("open the dataset", .dataset) {
        H5Dopen2(file.id, path, opkit_h5_default())
      }
      let creation = try HDF5.open("read the storage", .properties) { H5Dget_create_plist(handle.id) }
      try checkStorage(creation.id)
      let space = try HDF5.open("read the shape", .dataspace) { H5Dget_space(handle.id) }
      let type = try HDF5.open("read the element type", .datatype) { H5Dget_type(handle.id) }
      return HDF5Dataset(
        path: path, shape: try shape(of: space.id), element: ElementType(type.id), identifier: handle)
    }
  }

  private static func refuse(_ reason: String) -> HDF5Failure {
    HDF5Failure(action: "open the dataset", reason: reason)
  }

  /// Every step of the path must stay inside the file.
  private static func refuseForeignLinks(_ path: String, in file: HDF5File) throws {
    var prefix = ""
    for step in path.split(separator: "/") {
      prefix += prefix.isEmpty ? String(step) : "/\(step)"
      var link = H5L_info_t()
      try HDF5.check("find the dataset") { H5Lget_info(file.id, prefix, &link, opkit_h5_default()) }
      guard link.type == H5L_TYPE_HARD || link.type == H5L_TYPE_SOFT else {
        throw refuse("it is a link to another file, which is refused")
      }
      if link.type == H5L_TYPE_SOFT { throw refuse("it is a soft link; name the dataset that it leads to") }
    }
  }

  private static func checkStorage(_ creation: hid_t) throws {
    let layout = H5Pget_layout(creation)
    if layout == H5D_VIRTUAL { throw refuse("it is a virtual dataset, which may read other files; refused") }
    guard layout == H5D_COMPACT || layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED else {
      throw refuse("its storage layout is unknown")
    }
    if H5Pget_external_count(creation) > 0 { throw refuse("its values are stored in other files; refused") }
    guard layout == H5D_CHUNKED else { return }
    let count = try HDF5.check("read the filters") { H5Pget_nfilters(creation) }
    for index in 0..<UInt32(count) {
      var flags: UInt32 = 0
      var parameters = 0
      var configuration: UInt32 = 0
      var name = [CChar](repeating: 0, count: 64)
      let filter = try HDF5.check("read the filters") {
        H5Pget_filter2(creation, index, &flags, &parameters, nil, name.count - 1, &name, &configuration)
      }
      guard H5Zfilter_avail(filter) > 0 else {
        let words = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        throw refuse("it is compressed with filter \(filter) '\(words)', which needs a plug-in; refused")
      }
    }
  }

  private static func shape(of space: hid_t) throws -> [Int] {
    let kind = H5Sget_simple_extent_type(space)
    guard kind == H5S_SIMPLE || kind == H5S_SCALAR else { throw refuse("it has no extent") }
    let rank = try HDF5.check("read the shape") { H5Sget_simple_extent_ndims(space) }
    guard rank > 0 else { return [] }
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    try HDF5.check("read the shape") { H5Sget_simple_extent_dims(space, &extents, nil) }
    var bytes = 8
    for extent in extents {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: max(1, Int(clamping: extent)))
      guard !overflow, extent <= hsize_t(Int.max) else { throw refuse("its size is beyond 64 bits") }
      bytes = product
    }
    return extents.map { Int($0) }
  }

  /// Reads a box of values, converted to a precision.
  ///
  /// - Precondition: the box has the dataset's rank, and `target` holds the product of `count`.
  func read(start: [Int], count: [Int], precision: Precision, into target: UnsafeMutableRawPointer) throws {
    let type = precision == .float32 ? opkit_h5_native_float() : opkit_h5_native_double()
    try read(start: start, count: count, memoryType: type, into: target)
  }

  func read(start: [Int], count: [Int], memoryType: hid_t, into target: UnsafeMutableRawPointer) throws {
    precondition(start.count == shape.count && count.count == shape.count, "box of another rank")
    for axis in shape.indices {
      precondition(
        start[axis] >= 0 && count[axis] >= 0 && start[axis] <= shape[axis] - count[axis], "box outside")
    }
    if count.contains(0) { return }
    try HDF5.locked {
      let (fileSpace, memorySpace) = try box(start: start, count: count)
      try HDF5.check("read values") {
        H5Dread(id, memoryType, memorySpace.id, fileSpace.id, opkit_h5_default(), target)
      }
    }
  }

  /// Writes a box of values; the library converts them to the stored type.
  func write(start: [Int], count: [Int], memoryType: hid_t, from source: UnsafeRawPointer) throws {
    if count.contains(0) { return }
    try HDF5.locked {
      let (fileSpace, memorySpace) = try box(start: start, count: count)
      try HDF5.check("write values") {
        H5Dwrite(id, memoryType, memorySpace.id, fileSpace.id, opkit_h5_default(), source)
      }
    }
  }

  private func box(start: [Int], count: [Int]) throws -> (file: HDF5Identifier, memory: HDF5Identifier) {
    let fileSpace = try HDF5.open("read the shape", .dataspace) { H5Dget_space(id) }
    let counts = count.map { hsize_t($0) }
    if !shape.isEmpty {
      let starts = start.map { hsize_t($0) }
      try HDF5.check("choose values") {
        H5Sselect_hyperslab(fileSpace.id, H5S_SELECT_SET, starts, nil, counts, nil)
      }
    }
    let memorySpace = try HDF5.open("choose values", .dataspace) {
      shape.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(counts.count), counts, nil)
    }
    return (fileSpace, memorySpace)
  }
}

/// Kind of the values of a variable.
public enum ElementType: Sendable, Equatable {
  case float(bytes: Int)
  case integer(bytes: Int, signed: Bool)
  case text
  /// A class that opkit does not read, in words.
  case other(String)

  init(_ type: hid_t) {
    let bytes = Int(H5Tget_size(type))
    switch H5Tget_class(type) {
    case H5T_FLOAT: self = .float(bytes: bytes)
    case H5T_INTEGER: self = .integer(bytes: bytes, signed: H5Tget_sign(type) != H5T_SGN_NONE)
    case H5T_STRING: self = .text
    case H5T_COMPOUND: self = .other("compound")
    case H5T_ENUM: self = .other("enumeration")
    case H5T_REFERENCE: self = .other("reference")
    case H5T_VLEN: self = .other("variable-length list")
    default: self = .other("opaque")
    }
  }

  /// Whether values can be read as numbers.
  public var isNumeric: Bool {
    switch self {
    case .float, .integer: true
    case .text, .other: false
    }
  }

  /// Such as `float32` or `int64`.
  public var name: String {
    switch self {
    case .float(let bytes): "float\(8 * bytes)"
    case .integer(let bytes, let signed): "\(signed ? "int" : "uint")\(8 * bytes)"
    case .text: "text"
    case .other(let words): words
    }
  }
}
