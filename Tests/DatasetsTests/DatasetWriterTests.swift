import Datasets
import Diagnostics
import Fields
import Foundation
import Tensors
import Testing

@Suite("A written dataset")
struct DatasetWriterTests {
  @Test("reads back with its dimensions, coordinates, attributes and values")
  func roundTrip() throws {
    let scratch = try Scratch()
    let path = scratch.file("flow.h5")
    try Samples.write(
      Samples.flow, mapping: .window(field: "vorticity", inputSteps: 2, outputSteps: 2), count: 3, to: path)
    let file = try DatasetFile(path: path)

    #expect(file.sampleCount == 3)
    #expect(file.dimensions.map(\.name) == ["sample", "x", "y", "time", "channel"])
    #expect(file["vorticity"]?.dimensions == ["sample", "time", "x", "y"])
    #expect(file["velocity"]?.dimensions == ["sample", "time", "channel", "x", "y"])
    #expect(file["velocity"]?.shape == [3, 4, 2, 4, 6])
    #expect(file["forcing"]?.element == .float(bytes: 4))
    #expect(file["quality_residual"]?.dimensions == ["sample"])
    #expect(file["sample"]?.element == .integer(bytes: 8, signed: true))
    #expect(file["vorticity"]?.attributes["units"] == .text("s-1"))
    #expect(file["x"]?.attributes["boundary"] == .text("periodic"))
    #expect(file.attributes["viscosity"] == .numbers([0.1]))
    #expect(file.attributes["seed"] == .integers([7]))
    #expect(try file.declaredMapping() == .window(field: "vorticity", inputSteps: 2, outputSteps: 2))
    #expect(try file.values(of: #require(file["time"])) == [0, 0.5, 1, 1.5])
    #expect(try file.texts(of: #require(file["channel"])) == ["x", "y"])
    #expect(try file.values(of: #require(file["quality_residual"])) == [0, 1e-9, 2e-9])
    let velocity = try file.values(of: #require(file["velocity"]))
    for (flat, value) in velocity.enumerated() {
      let size = 4 * 2 * 4 * 6
      #expect(value == Samples.value(sample: flat / size, field: 1, flat: flat % size))
    }
  }

  @Test("holds a text attribute longer than 64 KiB")
  func longAttribute() throws {
    let scratch = try Scratch()
    let path = scratch.file("long.h5")
    let text = String(repeating: "0123456789", count: 20_000)
    let writer = try DatasetWriter(
      path: path, layout: Samples.line, mapping: nil, sampleCount: 1,
      attributes: (0..<12).map { ("a\($0)", .integer($0)) } + [("opkit_configuration", .text(text))])
    try writer.append(Samples.sample(0, of: Samples.line))
    try writer.finish()
    #expect(try DatasetFile(path: path).attributes["opkit_configuration"] == .text(text))
  }

  @Test("leaves nothing when abandoned, released or given a non-finite value")
  func leavesNothing() throws {
    let scratch = try Scratch()
    func make() throws -> DatasetWriter {
      try DatasetWriter(path: scratch.file("a.h5"), layout: Samples.line, mapping: nil, sampleCount: 2)
    }
    let abandoned = try make()
    try abandoned.append(Samples.sample(0, of: Samples.line))
    #expect(scratch.contents.count == 1 && scratch.contents != ["a.h5"])
    abandoned.abandon()
    #expect(scratch.contents == [])
    do { _ = try make() }
    #expect(scratch.contents == [])
    let failing = try make()
    var sample = Samples.sample(0, of: Samples.line)
    sample.fields[1][5] = 1e39
    #expect(
      throws: DatasetsError.nonFiniteResult(path: scratch.file("a.h5"), variable: "u1", sample: 0, index: [5])
    ) {
      try failing.append(sample)
    }
    #expect(scratch.contents == [])
  }

  @Test("is refused before it begins where it cannot fit")
  func tooLarge() throws {
    let scratch = try Scratch()
    let axes = ["x", "y", "z"].map { Samples.axis($0, 4096) }
    let layout = SampleLayout(axes: axes, fields: [.init(name: "u", longName: "u")])
    let error = #expect(throws: (any Error).self) {
      _ = try DatasetWriter(path: scratch.file("a.h5"), layout: layout, mapping: nil, sampleCount: 100_000)
    }
    let diagnostic = (error as? any Diagnosable)?.diagnostic
    #expect(diagnostic?.exitCode == .cannotWrite)
    #expect(diagnostic?.reason?.hasPrefix("it takes 27487790694400000 bytes, and ") == true)
    #expect(scratch.contents == [])
  }

  @Test("is not put in place of an existing file unasked")
  func keepsExisting() throws {
    let scratch = try Scratch()
    let path = scratch.file("a.h5")
    try Samples.write(Samples.line, mapping: nil, count: 2, to: path)
    let error = #expect(throws: (any Error).self) {
      try Samples.write(Samples.line, mapping: nil, count: 1, to: path)
    }
    #expect((error as? any Diagnosable)?.diagnostic.exitCode == .cannotWrite)
    #expect(try DatasetFile(path: path).sampleCount == 2)
  }

  @Test("is netCDF-4 with named dimensions for ncdump")
  func ncdump() throws {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/ncdump") else {
      print("skipped: ncdump is not installed")
      return
    }
    let scratch = try Scratch()
    let path = scratch.file("flow.h5")
    try Samples.write(Samples.flow, mapping: nil, count: 3, to: path)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/ncdump")
    process.arguments = ["-h", path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    for line in [
      "sample = 3 ;", "time = 4 ;", "channel = 2 ;", "x = 4 ;", "y = 6 ;",
      "float velocity(sample, time, channel, x, y) ;", "double quality_residual(sample) ;",
      "string channel(channel) ;", "int64 sample(sample) ;", ":Conventions = \"CF-1.10\" ;",
    ] { #expect(text.contains(line), "\(line) is missing in \(text)") }
    #expect(!text.contains("phony_dim"))
  }
}
