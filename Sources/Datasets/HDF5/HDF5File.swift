import CHDF5

/// An open HDF5 file.
final class HDF5File {
  let path: String
  private let identifier: HDF5Identifier

  var id: hid_t { identifier.id }

  private init(path: String, identifier: HDF5Identifier) {
    self.path = path
    self.identifier = identifier
  }

  /// Opens for reading, without a lock on the file: data on read-only and network file systems open too.
  static func open(_ path: String) throws -> HDF5File {
    try HDF5.locked {
      let access = try HDF5.open("prepare to open the file", .properties) {
        H5Pcreate(opkit_h5_access_file())
      }
      try HDF5.check("set file locking") { H5Pset_file_locking(access.id, false, true) }
      try HDF5.check("set the closing rule") { H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG) }
      let file = try HDF5.open("open the file", .file) {
        H5Fopen(path, opkit_h5_read_only(), access.id)
      }
      return HDF5File(path: path, identifier: file)
    }
  }

  /// Makes a new file, in the form that netCDF-4 needs: creation order of links and attributes is tracked
  /// and indexed in the root group.
  static func create(_ path: String) throws -> HDF5File {
    try HDF5.locked {
      let creation = try HDF5.open("prepare the file", .properties) {
        H5Pcreate(opkit_h5_create_file())
      }
      let order = opkit_h5_creation_order()
      try HDF5.check("track the order of links") { H5Pset_link_creation_order(creation.id, order) }
      try HDF5.check("track the order of attributes") { H5Pset_attr_creation_order(creation.id, order) }
      // Without times of creation the same samples make the same bytes.
      try HDF5.check("leave out times") { H5Pset_obj_track_times(creation.id, false) }
      let access = try HDF5.open("prepare the file", .properties) {
        H5Pcreate(opkit_h5_access_file())
      }
      try HDF5.check("set the format version") {
        H5Pset_libver_bounds(access.id, H5F_LIBVER_V18, H5F_LIBVER_V110)
      }
      try HDF5.check("set the closing rule") { H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG) }
      let file = try HDF5.open("create the file", .file) {
        H5Fcreate(path, opkit_h5_truncate(), creation.id, access.id)
      }
      return HDF5File(path: path, identifier: file)
    }
  }

  /// Writes everything out; a full disk shows here.
  func flush() throws { try HDF5.check("flush the file") { H5Fflush(id, H5F_SCOPE_GLOBAL) } }

  func close() throws { try identifier.close("close the file") }

  /// Gives the file up without closing it, see ``HDF5Identifier/leak()``.
  func leak() { identifier.leak() }

  /// Paths of all datasets: those of a group in order of their names, then those of the groups in it.
  ///
  /// Only hard links are followed: links to other files are never opened, soft links (which may dangle or
  /// run in circles) are only other names of what is listed anyway.
  func datasetPaths() throws -> [String] {
    try HDF5.locked {
      var paths: [String] = []
      var root = H5O_info_t()
      try HDF5.check("read the group") { H5Oget_info2(id, &root, UInt32(H5O_INFO_BASIC)) }
      var visited: Set<haddr_t> = [root.addr]
      try collect(group: "/", depth: 0, into: &paths, visited: &visited)
      return paths
    }
  }

  static let maximumDatasets = 100_000
  private static let maximumDepth = 16

  private func collect(
    group: String, depth: Int, into paths: inout [String], visited: inout Set<haddr_t>
  ) throws {
    guard depth <= HDF5File.maximumDepth else {
      throw HDF5Failure(
        action: "list the file", reason: "groups are nested deeper than \(HDF5File.maximumDepth)")
    }
    let handle = try HDF5.open("open the group", .group) {
      H5Gopen2(id, group, opkit_h5_default())
    }
    var info = H5G_info_t()
    try HDF5.check("read the group") { H5Gget_info(handle.id, &info) }
    var groups: [String] = []
    for index in 0..<info.nlinks {
      guard let name = try linkName(in: handle.id, at: index) else { continue }
      var link = H5L_info_t()
      try HDF5.check("read a link") { H5Lget_info(handle.id, name, &link, opkit_h5_default()) }
      guard link.type == H5L_TYPE_HARD else { continue }
      var object = H5O_info_t()
      try HDF5.check("read an object") {
        H5Oget_info_by_name2(handle.id, name, &object, UInt32(H5O_INFO_BASIC), opkit_h5_default())
      }
      guard visited.insert(object.addr).inserted else { continue }
      let path = group == "/" ? name : "\(group)/\(name)"
      if object.type == H5O_TYPE_DATASET {
        paths.append(path)
        guard paths.count <= HDF5File.maximumDatasets else {
          throw HDF5Failure(action: "list the file", reason: "more than \(HDF5File.maximumDatasets) datasets")
        }
      } else if object.type == H5O_TYPE_GROUP {
        groups.append(path)
      }
    }
    for path in groups { try collect(group: path, depth: depth + 1, into: &paths, visited: &visited) }
  }

  private func linkName(in group: hid_t, at index: hsize_t) throws -> String? {
    let size = try HDF5.check("read a name") {
      H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, opkit_h5_default())
    }
    guard size > 0, size < 65_536 else { return nil }
    var bytes = [CChar](repeating: 0, count: size + 1)
    try HDF5.check("read a name") {
      H5Lget_name_by_idx(
        group, ".", H5_INDEX_NAME, H5_ITER_INC, index, &bytes, bytes.count, opkit_h5_default())
    }
    return String(validating: bytes.prefix(size).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
