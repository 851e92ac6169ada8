import Configuration
import Fields

/// One stretch of channels of a learning problem: some times of one stored field.
struct ChannelPiece: Equatable {
  var axes: FieldAxes
  /// Which times; `nil` for a steady field.
  var times: Range<Int>?

  var channelCount: Int { axes.channels * (times?.count ?? 1) }
}

/// Which stored values become which channels: a mapping resolved against a file.
///
/// Channels are ordered by field, then time, then component.
struct ChannelPlan {
  var mapping: FieldMapping
  var sampleCount: Int
  /// Thinned by the stride.
  var axes: [GridAxis]
  /// Extents in the file and how each is thinned.
  var storedGrid: [Int]
  var thinning: [(offset: Int, stride: Int)]
  var inputs: [ChannelPiece]
  /// Empty if outputs were not asked for, or are at scattered points.
  var outputs: [ChannelPiece]
  /// Outputs at scattered points.
  var points: PointPlan?
  /// Field that is 1 inside the domain and 0 outside.
  var mask: ChannelPiece?
  /// Its channel where it is an input too.
  var maskChannel: Int?

  var inputChannels: Int { inputs.reduce(0) { $0 + $1.channelCount } }
  var outputChannels: Int { points?.outputChannels ?? outputs.reduce(0) { $0 + $1.channelCount } }
  var pointCount: Int { axes.reduce(1) { $0 * $1.count } }

  init(_ file: DatasetFile, mapping: FieldMapping, options: ReadingOptions, includeOutputs: Bool) throws {
    let (inputNames, outputNames, isTimeMapping) = ChannelPlan.names(mapping)
    func find(_ name: String, _ role: String) throws -> DatasetVariable {
      if let variable = file[name], !variable.isCoordinate { return variable }
      throw DatasetsError.noSuchVariable(
        path: file.path, name: name, role: role, known: file.fields.map(\.name))
    }
    var variables = try inputNames.map { try find($0, "input") }
    let outputVariables = includeOutputs ? try outputNames.map { try find($0, "output") } : []
    // Without outputs there is nothing to mask but what the model masks itself.
    let maskName = includeOutputs || options.mask.map(inputNames.contains) == true ? options.mask : nil
    let maskVariable = try maskName.map { try find($0, "mask") }
    for variable in outputVariables + (maskVariable.map { [$0] } ?? [])
    where !variables.contains(where: { $0.name == variable.name }) {
      variables.append(variable)
    }
    let resolved = try FieldAxes.resolve(
      variables, timeMapping: isTimeMapping, options: options, path: file.path)
    try ChannelPlan.checkAgreement(resolved, path: file.path)
    guard let first = resolved.first else { preconditionFailure("a mapping without inputs") }
    let byName = Dictionary(resolved.map { ($0.variable.name, $0) }, uniquingKeysWith: { a, _ in a })

    func pieces(_ names: [String], _ times: (FieldAxes) throws -> Range<Int>?) rethrows -> [ChannelPiece] {
      try names.compactMap { byName[$0] }.map { ChannelPiece(axes: $0, times: try times($0)) }
    }
    let outputs = includeOutputs ? outputNames : []
    switch mapping {
    case .steady:
      inputs = pieces(inputNames) { $0.timeCount.map { 0..<$0 } }
      self.outputs = pieces(outputs) { $0.timeCount.map { 0..<$0 } }
    case .initialToFinal:
      let count = try ChannelPlan.times(
        of: first, needed: includeOutputs ? 2 : 1, why: "the mapping goes from the first to the last time",
        path: file.path)
      inputs = pieces(inputNames) { _ in 0..<1 }
      self.outputs = pieces(outputs) { _ in (count - 1)..<count }
    case .trajectory:
      let count = try ChannelPlan.times(
        of: first, needed: includeOutputs ? 2 : 1, why: "the mapping goes from the first time to all times",
        path: file.path)
      inputs = pieces(inputNames) { _ in 0..<1 }
      self.outputs = pieces(outputs) { _ in 0..<count }
    case .window(_, let inputSteps, let outputSteps):
      let (sum, overflow) = inputSteps.addingReportingOverflow(outputSteps)
      guard inputSteps > 0, outputSteps > 0, !overflow else {
        throw DatasetsError.badMapping(path: file.path, reason: "a window has at least one step on each side")
      }
      _ = try ChannelPlan.times(
        of: first, needed: includeOutputs ? sum : inputSteps,
        why: "the window takes \(inputSteps) and predicts \(outputSteps)", path: file.path)
      inputs = pieces(inputNames) { _ in 0..<inputSteps }
      self.outputs = pieces(outputs) { _ in inputSteps..<sum }
    case .points(_, let points, let outputs):
      inputs = pieces(inputNames) { $0.timeCount.map { 0..<$0 } }
      self.outputs = []
      self.points = try PointPlan(
        file, points: find(points, "points"),
        outputs: includeOutputs ? outputs.map { try find($0, "output") } : [],
        samples: first.sampleCount)
    }
    if let maskVariable {
      guard case .steady = mapping, let axes = byName[maskVariable.name], axes.channels == 1,
        axes.timeCount == nil
      else {
        throw DatasetsError.badMask(
          path: file.path, variable: maskVariable.name,
          reason: "a mask is a field with one channel and no times, in a mapping of type steady")
      }
      mask = ChannelPiece(axes: axes)
      if let index = inputs.firstIndex(where: { $0.axes.variable.name == maskVariable.name }) {
        maskChannel = inputs[..<index].reduce(0) { $0 + $1.channelCount }
      }
    }
    self.mapping = mapping
    sampleCount = first.sampleCount
    storedGrid = first.grid
    let stored = try ChannelPlan.gridAxes(first, in: file, options: options)
    thinning = try stored.map { try ChannelPlan.thinning($0, stride: options.stride, path: file.path) }
    axes = zip(stored, thinning).map { axis, rule in
      var thinned = axis
      thinned.coordinates = stride(from: rule.offset, to: axis.count, by: rule.stride).map {
        axis.coordinates[$0]
      }
      return thinned
    }
  }

  private static func names(_ mapping: FieldMapping) -> (inputs: [String], outputs: [String], isTime: Bool) {
    switch mapping {
    case .steady(let inputs, let outputs): (inputs, outputs, false)
    case .initialToFinal(let field): ([field], [field], true)
    case .window(let field, _, _): ([field], [field], true)
    case .points(let inputs, _, _): (inputs, [], false)
    case .trajectory(let field): ([field], [field], true)
    }
  }

  private static func times(of axes: FieldAxes, needed: Int, why: String, path: String) throws -> Int {
    let count = axes.timeCount ?? 0
    guard count >= needed else {
      throw DatasetsError.tooFewTimes(
        path: path, variable: axes.variable.name, times: count, needed: needed, why: why)
    }
    return count
  }

  private static func checkAgreement(_ all: [FieldAxes], path: String) throws {
    guard let first = all.first else { return }
    for other in all.dropFirst() {
      let what =
        first.sampleCount != other.sampleCount
        ? "numbers of samples" : first.grid != other.grid ? "grids" : nil
      if let what {
        throw DatasetsError.differentShapes(
          path: path, first: first.variable.name, firstShape: first.variable.shape,
          second: other.variable.name, secondShape: other.variable.shape, what: what)
      }
    }
  }
}
