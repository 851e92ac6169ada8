import CHDF5
import Fields
import Tensors

/// The open HDF5 file of a writer: its coordinates, fields and quality variables, tied together by
/// dimension scales in the way that netCDF-4 expects.
final class DatasetStructure {
  /// What the file shall contain.
  struct Plan {
    var layout: SampleLayout
    var sampleIndices: [Int]
    var qualityMeasures: [(name: String, longName: String)]
    var storage: Precision
    var attributes: [DatasetAttribute]
  }

  private let file: HDF5File
  private var fields: [HDF5Dataset] = []
  private var quality: [HDF5Dataset] = []
  private var scales: [HDF5Dataset] = []
  private let storage: Precision

  init(path: String, _ plan: Plan) throws {
    file = try HDF5File.create(path)
    storage = plan.storage
    do {
      try fill(plan)
    } catch {
      abandon()
      throw error
    }
  }

  private func fill(_ plan: Plan) throws {
    try HDF5.locked {
      let library = "version=2,opkit=1,hdf5=\(HDF5.version)"
      try HDF5Attribute.writeText("_NCProperties", library, ascii: true, to: file.id)
      for attribute in plan.attributes { try HDF5Attribute.write(attribute, to: file.id) }
      try create(plan)
    }
  }

  private func create(_ plan: Plan) throws {
    let layout = plan.layout
    var numbers: [String: Int] = [:]
    func add(_ scale: HDF5Dataset, _ attributes: [DatasetAttribute]) throws {
      let name = scale.path
      try HDF5DimensionScale.mark(scale, name: name, dimension: scales.count)
      for attribute in attributes { try HDF5Attribute.write(attribute, to: scale.id) }
      numbers[name] = scales.count
      scales.append(scale)
    }

    try add(
      try coordinate("sample", integers: plan.sampleIndices),
      [.init("long_name", .text("sample number")), .init("units", .text("1"))])
    if !layout.times.isEmpty {
      precondition(
        !["seconds", "minutes", "hours", "days"].contains(layout.timeUnits),
        "readers take this unit of time for a calendar; write 's'")
      try add(
        try coordinate("time", numbers: layout.times),
        [
          .init("long_name", .text("time")), .init("units", .text(layout.timeUnits)),
          .init("axis", .text("T")),
        ])
    }
    for (name, channels) in DatasetStructure.channelDimensions(layout) {
      try add(
        try coordinate(name, texts: channels),
        [.init("long_name", .text("component of a vector-valued field"))])
    }
    if layout.pointCount > 0 {
      try add(
        try coordinate("point", integers: Array(0..<layout.pointCount)),
        [.init("long_name", .text("number of a scattered point")), .init("units", .text("1"))])
    }
    for axis in layout.axes {
      try add(
        try coordinate(axis.name, numbers: axis.coordinates),
        [
          .init("long_name", .text("\(axis.name) coordinate")), .init("units", .text(axis.units)),
          .init("axis", .text(axis.name.uppercased())), .init("boundary", .text(axis.boundary.rawValue)),
        ])
    }

    var users = [[(variable: HDF5Dataset, axis: Int)]](repeating: [], count: scales.count)
    func attach(_ variable: HDF5Dataset, _ dimensions: [String]) throws {
      let ids = dimensions.compactMap { numbers[$0] }
      precondition(
        ids.count == dimensions.count && Set(ids).count == ids.count, "unknown or repeated dimension")
      try HDF5DimensionScale.attach(ids.map { scales[$0] }, to: variable)
      for (axis, id) in ids.enumerated() { users[id].append((variable, axis)) }
    }

    let samples = plan.sampleIndices.count
    for field in layout.fields {
      precondition(numbers[field.name] == nil, "a field is named like a dimension")
      let shape = [samples] + layout.shape(of: field)
      let variable = try HDF5Dataset.create(
        field.name, shape: shape, type: storage == .float32 ? opkit_h5_ieee_f32le() : opkit_h5_ieee_f64le(),
        element: .float(bytes: storage.byteCount),
        chunk: DatasetStructure.chunk(of: shape, elementBytes: storage.byteCount), in: file)
      try attach(variable, DatasetStructure.dimensions(of: field, in: layout))
      try HDF5Attribute.write(.init("long_name", .text(field.longName)), to: variable.id)
      try HDF5Attribute.write(.init("units", .text(field.units)), to: variable.id)
      fields.append(variable)
    }
    for measure in plan.qualityMeasures {
      let variable = try HDF5Dataset.create(
        "quality_\(measure.name)", shape: [samples], type: opkit_h5_ieee_f64le(), element: .float(bytes: 8),
        in: file)
      try attach(variable, ["sample"])
      try HDF5Attribute.write(.init("long_name", .text(measure.longName)), to: variable.id)
      try HDF5Attribute.write(.init("units", .text("1")), to: variable.id)
      quality.append(variable)
    }
    for (id, scale) in scales.enumerated() { try HDF5DimensionScale.list(users: users[id], of: scale) }
  }

  func write(field: Int, sample: Int, shape: [Int], from range: HostRange) throws {
    try fields[field].write(
      start: [sample] + shape.map { _ in 0 }, count: [1] + shape,
      memoryType: range.precision == .float32 ? opkit_h5_native_float() : opkit_h5_native_double(),
      from: range.base)
  }

  func write(quality numbers: [[Double]]) throws {
    for (variable, values) in zip(quality, numbers) {
      try values.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        try variable.write(
          start: [0], count: [values.count], memoryType: opkit_h5_native_double(), from: base)
      }
    }
  }

  /// Writes everything out, then closes variables and file, each with its result checked.
  func close() throws {
    try file.flush()
    for variable in fields + quality + scales { try variable.identifier.close("close '\(variable.path)'") }
    try file.close()
  }

  /// Gives the file up: nothing more is written, nothing is closed.
  func abandon() {
    for variable in fields + quality + scales { variable.identifier.leak() }
    file.leak()
  }

  /// Names and contents of the channel dimensions: one `channel` if all vector-valued fields agree,
  /// else `<field>_channel` for each.
  private static func channelDimensions(_ layout: SampleLayout) -> [(name: String, channels: [String])] {
    let vectors = layout.fields.filter { !$0.channels.isEmpty }
    guard let first = vectors.first else { return [] }
    if vectors.allSatisfy({ $0.channels == first.channels }) { return [("channel", first.channels)] }
    return vectors.map { ("\($0.name)_channel", $0.channels) }
  }

  private static func dimensions(of field: SampleLayout.Field, in layout: SampleLayout) -> [String] {
    let channel = channelDimensions(layout).count > 1 ? "\(field.name)_channel" : "channel"
    return ["sample"] + (field.dependsOnTime ? ["time"] : []) + (field.channels.isEmpty ? [] : [channel])
      + (field.isOnPoints ? ["point"] : layout.axes.map(\.name))
  }

  /// One sample per chunk; fewer times of it where that would exceed 1 GiB (a chunk is limited to 4 GiB).
  private static func chunk(of shape: [Int], elementBytes: Int) -> [Int] {
    var chunk = shape
    for axis in chunk.indices.dropLast() {
      if axis == 0 || chunk.reduce(elementBytes, *) > 1 << 30 { chunk[axis] = 1 }
    }
    return chunk
  }

  private func coordinate(_ name: String, numbers: [Double]) throws -> HDF5Dataset {
    let scale = try HDF5Dataset.create(
      name, shape: [numbers.count], type: opkit_h5_ieee_f64le(), element: .float(bytes: 8), in: file)
    try scale.write(start: [0], count: [numbers.count], memoryType: opkit_h5_native_double(), from: numbers)
    return scale
  }

  private func coordinate(_ name: String, integers: [Int]) throws -> HDF5Dataset {
    let scale = try HDF5Dataset.create(
      name, shape: [integers.count], type: opkit_h5_std_i64le(), element: .integer(bytes: 8, signed: true),
      in: file)
    let words = integers.map { Int64($0) }
    try scale.write(start: [0], count: [words.count], memoryType: opkit_h5_native_int64(), from: words)
    return scale
  }

  private func coordinate(_ name: String, texts: [String]) throws -> HDF5Dataset {
    let type = try HDF5Attribute.variableText()
    let scale = try HDF5Dataset.create(name, shape: [texts.count], type: type.id, element: .text, in: file)
    let pointers: [UnsafeMutablePointer<CChar>?] = texts.map { HDF5Attribute.duplicate($0) }
    defer { for pointer in pointers { pointer?.deallocate() } }
    try scale.write(start: [0], count: [texts.count], memoryType: type.id, from: pointers)
    return scale
  }
}

extension HDF5Dataset {
  /// Makes a dataset whose attributes keep their order, as netCDF-4 needs; chunked if `chunk` is given.
  static func create(
    _ name: String, shape: [Int], type: hid_t, element: ElementType, chunk: [Int]? = nil, in file: HDF5File
  ) throws -> HDF5Dataset {
    try HDF5.locked {
      let creation = try HDF5.open("prepare '\(name)'", .properties) {
        H5Pcreate(opkit_h5_create_dataset())
      }
      try HDF5.check("prepare '\(name)'") {
        H5Pset_attr_creation_order(creation.id, opkit_h5_creation_order())
      }
      try HDF5.check("prepare '\(name)'") { H5Pset_obj_track_times(creation.id, false) }
      if let chunk {
        try HDF5.check("set the chunks of '\(name)'") {
          H5Pset_chunk(creation.id, Int32(chunk.count), chunk.map { hsize_t($0) })
        }
      }
      let space = try HDF5.open("prepare '\(name)'", .dataspace) {
        H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil)
      }
      let dataset = try HDF5.open("create '\(name)'", .dataset) {
        H5Dcreate2(file.id, name, type, space.id, opkit_h5_default(), creation.id, opkit_h5_default())
      }
      return HDF5Dataset(path: name, shape: shape, element: element, identifier: dataset)
    }
  }
}
