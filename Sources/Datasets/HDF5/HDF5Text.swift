import CHDF5

/// Reading of text elements, of fixed or variable length.
enum HDF5Text {
  private static let maximumBytes = 16 << 20

  /// - Parameter fetch: reads all elements in the given type into the memory that it is handed.
  static func read(type: hid_t, space: hid_t, count: Int, fetch: (UnsafeMutableRawPointer) -> herr_t) throws
    -> [String]
  {
    let size = Int(H5Tget_size(type))
    guard count > 0, size > 0, count <= maximumBytes / size else { return [] }
    if H5Tis_variable_str(type) > 0 {
      var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
      try HDF5.check("read a text") { fetch(&pointers) }
      let texts = pointers.map { $0.map { String(cString: $0) } ?? "" }
      try HDF5.check("release a text") { H5Dvlen_reclaim(type, space, opkit_h5_default(), &pointers) }
      return texts
    }
    var bytes = [UInt8](repeating: 0, count: count * size)
    try HDF5.check("read a text") { fetch(&bytes) }
    return (0..<count).map { index in
      let field = bytes[(index * size)..<((index + 1) * size)]
      return String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
