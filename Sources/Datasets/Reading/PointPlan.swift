import Fields
import Tensors

/// Outputs at scattered points, resolved against a file: where the points are and what is given at them.
///
/// Points of each sample's own are `[sample, point]` or `[sample, point, coordinate]`, and with one point per sample also
/// `[sample, coordinate]`; points that all samples share are `[point]` or `[point, coordinate]`. Outputs are
/// `[sample, point]`, `[sample]` for one point per sample, or `[sample, point, component]`.
struct PointPlan {
  /// A variable whose value at a point is a row of numbers.
  struct Column: Equatable {
    var variable: DatasetVariable
    var width: Int
  }

  let points: Column
  /// Whether all samples have the same points.
  let isCommon: Bool
  /// Points of one sample.
  let count: Int
  let outputs: [Column]

  var outputChannels: Int { outputs.reduce(0) { $0 + $1.width } }

  init(_ file: DatasetFile, points: DatasetVariable, outputs: [DatasetVariable], samples: Int) throws {
    for variable in [points] + outputs {
      guard variable.element.isNumeric else {
        throw DatasetsError.notNumeric(path: file.path, variable: variable.name, type: variable.element.name)
      }
    }
    func refuse(_ variable: DatasetVariable, _ reason: String) -> DatasetsError {
      .unusableShape(
        path: file.path, variable: variable.name, shape: variable.shape, reason: reason,
        fix: "store points as [sample, point, coordinate] and outputs as [sample, point]")
    }
    // Outputs say how many points there are; without them (a file of inputs only) the points' own shape does.
    let declared = outputs.first.map { $0.shape.count > 1 ? $0.shape[1] : 1 }
    let shape = points.shape
    let isNamedPerSample = points.dimensions?.first == "sample"
    switch shape.count {
    case 3 where shape[0] == samples: (isCommon, count) = (false, shape[1])
    case 2 where (declared ?? 1) == 1 && shape[0] == samples && !isNamedPerSample:
      (isCommon, count) = (false, 1)
    case 2 where isNamedPerSample: (isCommon, count) = (false, shape[1])
    case 2: (isCommon, count) = (true, shape[0])
    case 1 where shape[0] == samples && (declared ?? 1) == 1: (isCommon, count) = (false, 1)
    case 1: (isCommon, count) = (true, shape[0])
    default: throw refuse(points, "points of \(samples) samples have other axes")
    }
    let rows = isCommon ? count : samples * count
    let all = try PhysicalMemory.product(shape, path: file.path)
    guard rows > 0, all % rows == 0, (1...4).contains(all / rows) else {
      throw refuse(points, "a point has one to four coordinates")
    }
    self.points = Column(variable: points, width: all / rows)
    let points = count
    self.outputs = try outputs.map { variable in
      let values = try PhysicalMemory.product(variable.shape, path: file.path)
      guard variable.shape.first == samples, (1...3).contains(variable.shape.count), values > 0,
        values % (samples * points) == 0, points == 1 || variable.shape[1] == points
      else { throw refuse(variable, "\(samples) samples at \(points) points each are needed") }
      return Column(variable: variable, width: values / (samples * points))
    }
  }
}
