import CHDF5
import Tensors

/// HDF5 files: opkit's own, other netCDF-4 ones, and plain arrays.
final class HDF5Source: DatasetSource {
  let variables: [DatasetVariable]
  let attributes: [DatasetAttribute]
  private let path: String
  private let file: HDF5File
  private var open: [String: HDF5Dataset] = [:]

  /// The signature may follow a user block of 512 bytes or a power of two above.
  static func recognises(_ head: [UInt8]) -> Bool {
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    return [0, 512, 1024, 2048].contains { head.dropFirst($0).starts(with: signature) }
  }

  init(path: String) throws {
    self.path = path
    (file, variables, attributes) = try HDF5Source.reading(path, nil) {
      try HDF5.locked {
        let file = try HDF5File.open(path)
        let attributes = try HDF5Attribute.all(of: file.id)
        return (file, try HDF5Source.variables(in: file), attributes)
      }
    }
  }

  private static func variables(in file: HDF5File) throws -> [DatasetVariable] {
    var result: [DatasetVariable] = []
    for path in try file.datasetPaths() {
      let variable: DatasetVariable
      do {
        let dataset = try HDF5Dataset.open(path, in: file)
        let isScale = try HDF5DimensionScale.isScale(dataset)
        var dimensions = try HDF5DimensionScale.scalePaths(of: dataset, in: file).flatMap { paths in
          let known = paths.compactMap { $0 }
          return known.count == paths.count ? known : nil
        }
        if isScale, dimensions == nil { dimensions = [path] }
        variable = DatasetVariable(
          name: path, shape: dataset.shape, dimensions: dimensions, element: dataset.element,
          attributes: try HDF5Attribute.all(of: dataset.id), isCoordinate: isScale)
      } catch let failure as HDF5Failure where failure.action == "open the dataset" {
        // Listed with its reason; whoever asks for its values gets the refusal.
        variable = DatasetVariable(
          name: path, shape: [], dimensions: nil, element: .other("unreadable: \(failure.reason)"))
      }
      result.append(variable)
    }
    return result
  }

  func read(
    _ variable: DatasetVariable, start: [Int], count: [Int], precision: Precision,
    into target: UnsafeMutableRawPointer
  ) throws {
    try HDF5Source.reading(path, variable.name) {
      try HDF5.locked {
        try dataset(variable.name).read(start: start, count: count, precision: precision, into: target)
      }
    }
  }

  func texts(_ variable: DatasetVariable) throws -> [String] {
    try HDF5Source.reading(path, variable.name) {
      try HDF5.locked {
        let dataset = try dataset(variable.name)
        let count = dataset.shape.reduce(1, *)
        guard case .text = dataset.element, count <= 1 << 20 else { return [] }
        let type = try HDF5.open("read the texts", .datatype) { H5Dget_type(dataset.id) }
        let space = try HDF5.open("read the texts", .dataspace) { H5Dget_space(dataset.id) }
        return try HDF5Text.read(type: type.id, space: space.id, count: count) {
          H5Dread(dataset.id, type.id, opkit_h5_all(), opkit_h5_all(), opkit_h5_default(), $0)
        }
      }
    }
  }

  private func dataset(_ name: String) throws -> HDF5Dataset {
    if let known = open[name] { return known }
    let dataset = try HDF5Dataset.open(name, in: file)
    open[name] = dataset
    return dataset
  }

  private static func reading<Result>(_ path: String, _ object: String?, _ body: () throws -> Result) throws
    -> Result
  {
    do {
      return try body()
    } catch let failure as HDF5Failure {
      throw DatasetsError.unreadable(
        path: path, object: object, action: failure.action, reason: failure.reason)
    }
  }
}
