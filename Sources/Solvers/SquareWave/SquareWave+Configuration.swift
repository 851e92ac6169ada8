import Configuration

extension SquareWave {
  /// Reads `shape`, `speed`, `points`, `finalTime`, `snapshots`, `width` and `height`.
  public init(from reader: ConfigReader) throws {
    shape = try reader.choice(
      "shape", default: .square,
      doc: "\"square\": one square wave; \"square-and-ellipse\": a half ellipse besides")
    speed = try reader.double("speed", default: 1, in: -1e6...1e6, doc: "c, speed of transport")
    points = try reader.int("points", default: 200, in: 4...1_048_576, doc: "stored points of the circle")
    let finalTime = try reader.double(
      "finalTime", default: 0.5, in: 0...1e6, exclusiveMinimum: 0, doc: "last output time")
    let snapshots = try reader.int(
      "snapshots", default: 2, in: 2...10_000, doc: "equally spaced output times, the first of them 0")
    times = (0..<snapshots).map { finalTime * Double($0) / Double(snapshots - 1) }
    width = try SquareWave.range(
      reader, "width", 0.3, 0.6, 1e-6...1, doc: "width of a wave, uniform between two")
    height = try SquareWave.range(
      reader, "height", 1, 2, 0...1e6, doc: "height of a wave, uniform between two")
  }

  private static func range(
    _ reader: ConfigReader, _ key: String, _ low: Double, _ high: Double, _ limits: ClosedRange<Double>,
    doc: String
  ) throws -> ClosedRange<Double> {
    let ends = try reader.doubles(key, default: [low, high], count: 2, each: limits, doc: doc)
    guard ends.count == 2, ends[0] <= ends[1] else {
      throw reader.fail(
        key, "\(key) must go from its smallest to its largest value",
        fix: "write [\(low), \(high)], for example")
    }
    return ends[0]...ends[1]
  }

  public static let smokeConfiguration = """
    {"type": "square-wave", "points": 64, "shape": "square-and-ellipse"}
    """
}
