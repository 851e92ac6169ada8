import CHDF5

/// Named dimensions in HDF5: the dimension-scale attributes, written by hand so that plain libhdf5 is enough.
///
/// A scale is a 1-D dataset with `CLASS` = "DIMENSION_SCALE" and its dimension's `NAME`; a variable's
/// `DIMENSION_LIST` refers to one scale per axis, and each scale's `REFERENCE_LIST` to its users. This is what
/// netCDF-4 builds on (HDF5 Dimension Scales specification; netCDF-4 file format specification).
enum HDF5DimensionScale {
  /// Attributes that only carry this mechanism.
  static let reserved: Set<String> = [
    "CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "DIMENSION_LABELS", "_Netcdf4Dimid",
    "_Netcdf4Coordinates", "_nc3_strict",
  ]

  /// Marks a dataset as the scale of a dimension.
  ///
  /// Readers compare the stored length of `CLASS`, so it is exactly 16 bytes, null-terminated ASCII.
  static func mark(_ dataset: HDF5Dataset, name: String, dimension: Int) throws {
    try HDF5Attribute.writeText("CLASS", "DIMENSION_SCALE", length: 16, ascii: true, to: dataset.id)
    try HDF5Attribute.writeText("NAME", name, length: name.utf8.count + 1, ascii: true, to: dataset.id)
    var id = Int32(dimension)
    try HDF5Attribute.create("_Netcdf4Dimid", type: opkit_h5_std_i32le(), extent: nil, on: dataset.id) {
      H5Awrite($0, opkit_h5_native_int(), &id)
    }
  }

  /// Writes `DIMENSION_LIST` of a variable: for each axis a list of one reference to its scale.
  static func attach(_ scales: [HDF5Dataset], to variable: HDF5Dataset) throws {
    try HDF5.locked {
      let type = try HDF5.open("name the dimensions", .datatype) {
        H5Tvlen_create(opkit_h5_object_reference())
      }
      let references = UnsafeMutablePointer<hobj_ref_t>.allocate(capacity: max(1, scales.count))
      defer { references.deallocate() }
      for (axis, scale) in scales.enumerated() { references[axis] = try reference(to: scale) }
      var lists = scales.indices.map { hvl_t(len: 1, p: references + $0) }
      try HDF5Attribute.create("DIMENSION_LIST", type: type.id, extent: scales.count, on: variable.id) {
        H5Awrite($0, type.id, &lists)
      }
    }
  }

  /// Writes `REFERENCE_LIST` of a scale: every variable that uses it, with the number of the axis.
  static func list(users: [(variable: HDF5Dataset, axis: Int)], of scale: HDF5Dataset) throws {
    guard !users.isEmpty else { return }
    try HDF5.locked {
      let type = try HDF5.open("list the users of a dimension", .datatype) {
        H5Tcreate(H5T_COMPOUND, MemoryLayout<opkit_h5_scale_use>.size)
      }
      try HDF5.check("list the users of a dimension") {
        H5Tinsert(type.id, "dataset", opkit_h5_scale_use_dataset_offset(), opkit_h5_object_reference())
      }
      try HDF5.check("list the users of a dimension") {
        H5Tinsert(type.id, "dimension", opkit_h5_scale_use_dimension_offset(), opkit_h5_native_int())
      }
      var uses: [opkit_h5_scale_use] = []
      for user in users {
        var use = opkit_h5_scale_use()
        use.dataset = try reference(to: user.variable)
        use.dimension = Int32(user.axis)
        uses.append(use)
      }
      try HDF5Attribute.create("REFERENCE_LIST", type: type.id, extent: uses.count, on: scale.id) {
        H5Awrite($0, type.id, &uses)
      }
    }
  }

  private static func reference(to dataset: HDF5Dataset) throws -> hobj_ref_t {
    var reference = hobj_ref_t()
    try HDF5.check("refer to '\(dataset.path)'") {
      H5Rcreate(&reference, dataset.id, ".", H5R_OBJECT, -1)
    }
    return reference
  }

  /// Whether a dataset is a scale.
  static func isScale(_ dataset: HDF5Dataset) throws -> Bool {
    guard dataset.shape.count == 1 else { return false }
    return try HDF5Attribute.read("CLASS", of: dataset.id)?.text == "DIMENSION_SCALE"
  }

  /// Paths of the scales of each axis, `nil` for an axis without one; `nil` altogether when the dataset
  /// names no dimensions in the way of netCDF-4.
  static func scalePaths(of dataset: HDF5Dataset, in file: HDF5File) throws -> [String?]? {
    try HDF5.locked {
      guard H5Aexists(dataset.id, "DIMENSION_LIST") > 0 else { return nil }
      let attribute = try HDF5.open("read the dimensions", .attribute) {
        H5Aopen(dataset.id, "DIMENSION_LIST", opkit_h5_default())
      }
      let type = try HDF5.open("read the dimensions", .datatype) { H5Aget_type(attribute.id) }
      let space = try HDF5.open("read the dimensions", .dataspace) { H5Aget_space(attribute.id) }
      guard H5Tget_class(type.id) == H5T_VLEN,
        H5Sget_simple_extent_npoints(space.id) == hssize_t(dataset.shape.count)
      else { return nil }
      let base = try HDF5.open("read the dimensions", .datatype) { H5Tget_super(type.id) }
      guard H5Tget_class(base.id) == H5T_REFERENCE, H5Tequal(base.id, opkit_h5_object_reference()) > 0 else {
        return nil
      }
      var lists = [hvl_t](repeating: hvl_t(), count: dataset.shape.count)
      try HDF5.check("read the dimensions") { H5Aread(attribute.id, type.id, &lists) }
      let paths = lists.map { path(of: $0, in: file) }
      try HDF5.check("read the dimensions") {
        H5Dvlen_reclaim(type.id, space.id, opkit_h5_default(), &lists)
      }
      return paths
    }
  }

  /// The last reference of a list, as other readers take it.
  private static func path(of list: hvl_t, in file: HDF5File) -> String? {
    guard list.len > 0, let start = list.p else { return nil }
    var reference = start.assumingMemoryBound(to: hobj_ref_t.self)[list.len - 1]
    let object = try? HDF5.open("read the dimensions", .object) {
      H5Rdereference2(file.id, opkit_h5_default(), H5R_OBJECT, &reference)
    }
    guard let identifier = object else { return nil }
    let size = H5Iget_name(identifier.id, nil, 0)
    guard size > 1, size < 65_536 else { return nil }
    var bytes = [CChar](repeating: 0, count: size + 1)
    guard H5Iget_name(identifier.id, &bytes, bytes.count) == size else { return nil }
    let name = String(validating: bytes.prefix(size).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return name.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
  }
}
