import CHDF5

/// Reading and writing of attributes of a file's root or of a dataset.
///
/// Attributes are written once and never changed: rewriting one among many fails in several releases of
/// the library when their order is tracked.
enum HDF5Attribute {
  static let maximumBytes = 16 << 20
  private static let maximumCount: hsize_t = 10_000

  /// All attributes in order of their names, without those that only serve dimension scales.
  static func all(of object: hid_t) throws -> [DatasetAttribute] {
    try HDF5.locked {
      var info = H5O_info_t()
      try HDF5.check("read the attributes") { H5Oget_info2(object, &info, UInt32(H5O_INFO_NUM_ATTRS)) }
      guard info.num_attrs <= maximumCount else {
        throw HDF5Failure(action: "read the attributes", reason: "there are \(info.num_attrs) of them")
      }
      var result: [DatasetAttribute] = []
      for index in 0..<info.num_attrs {
        let attribute = try HDF5.open("open an attribute", .attribute) {
          H5Aopen_by_idx(
            object, ".", H5_INDEX_NAME, H5_ITER_INC, index, opkit_h5_default(), opkit_h5_default())
        }
        let name = try name(of: attribute.id)
        if HDF5DimensionScale.reserved.contains(name) { continue }
        result.append(DatasetAttribute(name, try value(of: attribute.id)))
      }
      return result
    }
  }

  static func read(_ name: String, of object: hid_t) throws -> AttributeValue? {
    try HDF5.locked {
      guard H5Aexists(object, name) > 0 else { return nil }
      let attribute = try HDF5.open("open an attribute", .attribute) {
        H5Aopen(object, name, opkit_h5_default())
      }
      return try value(of: attribute.id)
    }
  }

  private static func name(of attribute: hid_t) throws -> String {
    let size = try HDF5.check("read an attribute's name") { H5Aget_name(attribute, 0, nil) }
    var bytes = [CChar](repeating: 0, count: size + 1)
    try HDF5.check("read an attribute's name") { H5Aget_name(attribute, bytes.count, &bytes) }
    return String(decoding: bytes.prefix(size).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func value(of attribute: hid_t) throws -> AttributeValue {
    let type = try HDF5.open("read an attribute", .datatype) { H5Aget_type(attribute) }
    let space = try HDF5.open("read an attribute", .dataspace) { H5Aget_space(attribute) }
    let kind = H5Sget_simple_extent_type(space.id)
    guard kind == H5S_SIMPLE || kind == H5S_SCALAR else { return .other("empty") }
    let points = try HDF5.check("read an attribute") { H5Sget_simple_extent_npoints(space.id) }
    let size = H5Tget_size(type.id)
    guard points > 0 else { return .other("empty") }
    guard size > 0, size <= maximumBytes, Int(points) <= maximumBytes / max(16, size) + 1 else {
      return .other("too large")
    }
    let count = Int(points)
    switch ElementType(type.id) {
    case .float:
      var numbers = [Double](repeating: 0, count: count)
      try HDF5.check("read an attribute") { H5Aread(attribute, opkit_h5_native_double(), &numbers) }
      return .numbers(numbers)
    case .integer:
      var integers = [Int64](repeating: 0, count: count)
      try HDF5.check("read an attribute") { H5Aread(attribute, opkit_h5_native_int64(), &integers) }
      return .integers(integers.map { Int($0) })
    case .text:
      let texts = try HDF5Text.read(type: type.id, space: space.id, count: count) {
        H5Aread(attribute, type.id, $0)
      }
      guard let first = texts.first else { return .other("too large") }
      return kind == H5S_SCALAR ? .text(first) : .texts(texts)
    case .other(let words): return .other(words)
    }
  }

  /// Writes one attribute in the form that netCDF-4 readers know: a text has a fixed length.
  static func write(_ attribute: DatasetAttribute, to object: hid_t) throws {
    try HDF5.locked {
      switch attribute.value {
      case .text(let text): try writeText(attribute.name, text, to: object)
      case .texts(let texts): try writeTexts(attribute.name, texts, to: object)
      case .integers(let values):
        let words = values.map { Int64($0) }
        try write(
          attribute.name, values: words, stored: opkit_h5_std_i64le(), memory: opkit_h5_native_int64(),
          to: object)
      case .numbers(let values):
        try write(
          attribute.name, values: values, stored: opkit_h5_ieee_f64le(), memory: opkit_h5_native_double(),
          to: object)
      case .other: preconditionFailure("attribute \(attribute.name) has no value that can be written")
      }
    }
  }

  /// A scalar text of fixed length.
  ///
  /// - Parameters:
  ///   - length: bytes stored; the text's own number unless the format prescribes another.
  ///   - ascii: whether to mark it as ASCII, as the dimension-scale attributes need.
  static func writeText(
    _ name: String, _ text: String, length: Int? = nil, ascii: Bool = false, to object: hid_t
  )
    throws
  {
    let utf8 = Array(text.utf8)
    let size = max(1, length ?? utf8.count)
    let type = try HDF5.open("write an attribute", .datatype) { H5Tcopy(opkit_h5_c_s1()) }
    try HDF5.check("write an attribute") { H5Tset_size(type.id, size) }
    try HDF5.check("write an attribute") { H5Tset_strpad(type.id, H5T_STR_NULLTERM) }
    try HDF5.check("write an attribute") { H5Tset_cset(type.id, ascii ? H5T_CSET_ASCII : H5T_CSET_UTF8) }
    let bytes = utf8.prefix(size) + [UInt8](repeating: 0, count: max(0, size - utf8.count))
    try create(name, type: type.id, extent: nil, on: object) { attribute in
      Array(bytes).withUnsafeBytes { H5Awrite(attribute, type.id, $0.baseAddress) }
    }
  }

  private static func writeTexts(_ name: String, _ texts: [String], to object: hid_t) throws {
    let type = try variableText()
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { duplicate($0) }
    defer { for pointer in pointers { pointer?.deallocate() } }
    try create(name, type: type.id, extent: texts.count, on: object) { H5Awrite($0, type.id, &pointers) }
  }

  /// A variable-length UTF-8 text type.
  static func variableText() throws -> HDF5Identifier {
    let type = try HDF5.open("prepare a text", .datatype) { H5Tcopy(opkit_h5_c_s1()) }
    try HDF5.check("prepare a text") { H5Tset_size(type.id, opkit_h5_variable_length()) }
    try HDF5.check("prepare a text") { H5Tset_cset(type.id, H5T_CSET_UTF8) }
    return type
  }

  /// A null-terminated copy that the caller deallocates.
  static func duplicate(_ text: String) -> UnsafeMutablePointer<CChar> {
    let bytes = Array(text.utf8).map { CChar(bitPattern: $0) } + [0]
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    copy.initialize(from: bytes, count: bytes.count)
    return copy
  }

  private static func write<Value>(
    _ name: String, values: [Value], stored: hid_t, memory: hid_t, to object: hid_t
  )
    throws
  {
    try create(name, type: stored, extent: values.count == 1 ? nil : values.count, on: object) { attribute in
      values.withUnsafeBytes { H5Awrite(attribute, memory, $0.baseAddress) }
    }
  }

  /// Creates and fills an attribute: scalar, or a list of `extent` elements.
  static func create(
    _ name: String, type: hid_t, extent: Int?, on object: hid_t, fill: (hid_t) -> herr_t
  ) throws {
    let space = try HDF5.open("write an attribute", .dataspace) {
      guard let extent else { return H5Screate(H5S_SCALAR) }
      return H5Screate_simple(1, [hsize_t(extent)], nil)
    }
    let attribute = try HDF5.open("write the attribute '\(name)'", .attribute) {
      H5Acreate2(object, name, type, space.id, opkit_h5_default(), opkit_h5_default())
    }
    try HDF5.check("write the attribute '\(name)'") { fill(attribute.id) }
    try attribute.close("write the attribute '\(name)'")
  }
}
