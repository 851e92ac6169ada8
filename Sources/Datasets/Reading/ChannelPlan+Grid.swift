import Fields

extension ChannelPlan {
  /// The axes of a field as stored: coordinates from the file where it has them, else on the unit interval.
  static func gridAxes(_ field: FieldAxes, in file: DatasetFile, options: ReadingOptions) throws -> [GridAxis]
  {
    try field.grid.indices.map { index in
      let count = field.grid[index]
      let standard = ["x", "y", "z"][index]
      let name = field.gridNames?[index] ?? standard
      let lastPart = name.split(separator: "/").last.map(String.init) ?? name
      let shortName = ["sample", "time", "channel"].contains(lastPart) ? standard : lastPart
      if let variable = file[name], variable.isCoordinate, variable.element.isNumeric,
        variable.shape == [count]
      {
        let stored = variable.attributes["boundary"]?.text.flatMap(GridAxis.Boundary.init(rawValue:))
        let coordinates = try file.values(of: variable)
        guard zip(coordinates, coordinates.dropFirst()).allSatisfy({ $0 < $1 }),
          coordinates.allSatisfy(\.isFinite)
        else {
          throw DatasetsError.badCoordinate(
            path: file.path, name: name, reason: "its values do not increase from each point to the next")
        }
        return GridAxis(
          name: shortName, coordinates: coordinates, boundary: options.boundary ?? stored ?? .periodic,
          units: variable.attributes["units"]?.text ?? "1")
      }
      let boundary = options.boundary ?? .periodic
      return GridAxis(
        name: shortName, coordinates: unitInterval(count, boundary), boundary: boundary)
    }
  }

  private static func unitInterval(_ count: Int, _ boundary: GridAxis.Boundary) -> [Double] {
    switch boundary {
    case .periodic: (0..<count).map { Double($0) / Double(count) }
    case .closed: (0..<count).map { count > 1 ? Double($0) / Double(count - 1) : 0 }
    case .cellCentred: (0..<count).map { (Double($0) + 0.5) / Double(count) }
    }
  }

  /// First point and step of a thinned axis, so that the thinned axis is of the same kind.
  static func thinning(_ axis: GridAxis, stride: Int, path: String) throws -> (offset: Int, stride: Int) {
    let isPossible =
      switch axis.boundary {
      case .periodic: axis.count % stride == 0
      case .closed: (axis.count - 1) % stride == 0
      case .cellCentred: axis.count % stride == 0 && stride % 2 == 1
      }
    guard isPossible else {
      throw DatasetsError.stride(
        path: path, axis: axis.name, points: axis.count, stride: stride, boundary: axis.boundary.rawValue)
    }
    return (axis.boundary == .cellCentred ? (stride - 1) / 2 : 0, stride)
  }
}
