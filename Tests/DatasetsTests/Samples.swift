import Datasets
import Fields
import Tensors

/// Small datasets with values that say where they belong.
enum Samples {
  /// Two scalar fields on a periodic line of 8 points: `u0` and `u1 = 2·u0`.
  static let line = SampleLayout(
    axes: [axis("x", 8)],
    fields: [
      .init(name: "u0", longName: "initial velocity", units: "m s-1"),
      .init(name: "u1", longName: "final velocity", units: "m s-1"),
    ])

  /// A scalar and a vector field, both with times, on a 4 × 6 grid.
  static let flow = SampleLayout(
    axes: [axis("x", 4), axis("y", 6)], times: [0, 0.5, 1, 1.5], timeUnits: "s",
    fields: [
      .init(name: "vorticity", longName: "vorticity", units: "s-1", dependsOnTime: true),
      .init(
        name: "velocity", longName: "velocity", units: "m s-1", dependsOnTime: true, channels: ["x", "y"]),
      .init(name: "forcing", longName: "forcing"),
    ])

  static func axis(_ name: String, _ count: Int, _ boundary: GridAxis.Boundary = .periodic) -> GridAxis {
    GridAxis(name: name, coordinates: (0..<count).map { Double($0) / Double(count) }, boundary: boundary)
  }

  /// A value that is exact in both precisions and differs at every place.
  static func value(sample: Int, field: Int, flat: Int) -> Double {
    Double(sample * 1024 + field * 256 + flat) / 64
  }

  static func sample(_ index: Int, of layout: SampleLayout) -> SolvedSample {
    let fields = layout.fields.enumerated().map { number, field in
      (0..<layout.shape(of: field).reduce(1, *)).map { value(sample: index, field: number, flat: $0) }
    }
    return SolvedSample(fields: fields, quality: ["residual": Double(index) * 1e-9])
  }

  static let quality = [(name: "residual", longName: "relative residual of the solver")]

  /// Writes `count` samples of a layout.
  static func write(
    _ layout: SampleLayout, mapping: FieldMapping?, count: Int, to path: String,
    storage: Precision = .float32,
    alter: (Int, inout SolvedSample) -> Void = { _, _ in }
  ) throws {
    let writer = try DatasetWriter(
      path: path, layout: layout, mapping: mapping, sampleCount: count, qualityMeasures: quality,
      attributes: [("title", .text("test data")), ("viscosity", .number(0.1)), ("seed", .integer(7))],
      storage: storage)
    for index in 0..<count {
      var sample = sample(index, of: layout)
      alter(index, &sample)
      try writer.append(sample)
    }
    try writer.finish()
  }

  static let lineMapping = FieldMapping.steady(inputs: ["u0"], outputs: ["u1"])
}
