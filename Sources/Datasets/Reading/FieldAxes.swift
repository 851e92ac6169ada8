import Fields

/// What the axes of a stored variable mean: samples, times, channels and grid, in this order.
///
/// Named dimensions decide where a file has them: the first axis is the samples', `time` or `t` the times',
/// `channel` or a name that ends in `_channel` the channels', the rest is the grid. In a file without
/// names:
///
/// - the first axis counts samples;
/// - for a mapping in time the second one counts times;
/// - the next one counts channels if ``ReadingOptions/channelAxis`` says so. Left open, it does if its extent
///   is 1, if it differs between variables that are otherwise on the same grid, or if more than three axes would remain;
///   variables with one axis less than the others have no channel axis. `[N, 3, 64, 64]` for both `x` and `y`
///   stays a three-dimensional grid unless the option is set.
struct FieldAxes: Equatable {
  var variable: DatasetVariable
  var sampleCount: Int
  /// `nil` for a steady field.
  var timeCount: Int?
  /// `nil` without a channel axis.
  var channelCount: Int?
  var gridNames: [String]?
  var grid: [Int]
  /// Name of the channel dimension, if it has one.
  var channelName: String?

  var channels: Int { channelCount ?? 1 }
  var points: Int { grid.reduce(1, *) }

  static func resolve(
    _ variables: [DatasetVariable], timeMapping: Bool, options: ReadingOptions, path: String
  ) throws -> [FieldAxes] {
    let nameless = variables.filter { $0.dimensions == nil }
    let channelAxes = try channelAxes(of: nameless, timeMapping: timeMapping, options: options, path: path)
    return try variables.map { variable in
      guard variable.element.isNumeric else {
        throw DatasetsError.notNumeric(path: path, variable: variable.name, type: variable.element.name)
      }
      let axes =
        try variable.dimensions.map { try named(variable, $0, path: path) }
        ?? unnamed(variable, timeMapping: timeMapping, channelAxis: channelAxes[variable.name] ?? false)
      guard (1...3).contains(axes.grid.count), axes.sampleCount > 0, axes.channels > 0, axes.points > 0,
        axes.timeCount != 0
      else {
        throw DatasetsError.unusableShape(
          path: path, variable: variable.name, shape: variable.shape,
          reason: "samples, channels and one to three grid axes are needed, none of them empty",
          fix: axes.grid.count > 3
            ? "set data.channelAxis to \"yes\" if the second axis counts channels"
            : "store it as [sample, (channel,) x, (y, (z))]")
      }
      guard variable.shape.dropFirst().allSatisfy({ $0 <= maximumExtent }) else {
        throw DatasetsError.unusableShape(
          path: path, variable: variable.name, shape: variable.shape,
          reason: "an axis has more than \(maximumExtent) points, which no grid of a model has",
          fix: "check that this is the file you meant")
      }
      return axes
    }
  }

  /// Of any axis but the samples': coordinates and names are made for each of its points.
  private static let maximumExtent = 1 << 24

  private static func named(_ variable: DatasetVariable, _ names: [String], path: String) throws -> FieldAxes
  {
    var axes = FieldAxes(variable: variable, sampleCount: variable.shape.first ?? 0, gridNames: [], grid: [])
    for (name, count) in zip(names, variable.shape).dropFirst() {
      let before = axes.grid.isEmpty
      if before, axes.timeCount == nil, axes.channelCount == nil, name == "time" || name == "t" {
        axes.timeCount = count
      } else if before, axes.channelCount == nil, name == "channel" || name.hasSuffix("_channel") {
        axes.channelCount = count
        axes.channelName = name
      } else {
        axes.grid.append(count)
        axes.gridNames?.append(name)
      }
    }
    return axes
  }

  private static func unnamed(_ variable: DatasetVariable, timeMapping: Bool, channelAxis: Bool) -> FieldAxes
  {
    var rest = variable.shape[...]
    let samples = rest.popFirst() ?? 0
    let times = timeMapping ? rest.popFirst() : nil
    let channels = channelAxis ? rest.popFirst() : nil
    return FieldAxes(
      variable: variable, sampleCount: samples, timeCount: times, channelCount: channels, grid: Array(rest))
  }

  /// Which of the nameless variables have a channel axis.
  private static func channelAxes(
    of variables: [DatasetVariable], timeMapping: Bool, options: ReadingOptions, path: String
  ) throws -> [String: Bool] {
    let axis = timeMapping ? 2 : 1
    var result: [String: Bool] = [:]
    let ranks = variables.map { $0.shape.count - axis }
    guard let highest = ranks.max() else { return [:] }
    let extents = Set(
      variables.filter { $0.shape.count - axis == highest && highest > 0 }.map { $0.shape[axis] })
    for (variable, rank) in zip(variables, ranks) {
      if let chosen = options.channelAxis {
        result[variable.name] = chosen
        if chosen, rank < 2 {
          throw DatasetsError.unusableShape(
            path: path, variable: variable.name, shape: variable.shape,
            reason: "data.channelAxis says that an axis counts channels, and then no grid axis remains",
            fix: "set data.channelAxis to \"no\"")
        }
      } else if rank < highest || rank < 2 {
        result[variable.name] = false
      } else {
        let mixedRanks = ranks.contains { $0 < highest }
        result[variable.name] = mixedRanks || extents.contains(1) || extents.count > 1 || rank > 3
      }
    }
    return result
  }
}
