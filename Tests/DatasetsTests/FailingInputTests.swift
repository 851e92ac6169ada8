import CHDF5
import Configuration
import Datasets
import Diagnostics
import Fields
import Foundation
import Testing

@Suite("Failing inputs")
struct FailingInputTests {
  /// The text that a user sees, with the directory of the test cut out.
  private func text(_ scratch: Scratch, _ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as any Diagnosable {
      #expect(error.diagnostic.exitCode == .badInput)
      return error.diagnostic.description.replacingOccurrences(of: "\(scratch.path)/", with: "")
    } catch {
      return "not a diagnostic: \(error)"
    }
  }

  private func open(
    _ scratch: Scratch, _ name: String, _ change: (inout DataConfiguration) -> Void = { _ in }
  ) -> String {
    text(scratch) {
      var configuration = DataConfiguration(path: scratch.file(name), train: 2, test: 1)
      change(&configuration)
      let data = try LearningData(configuration)
      _ = try data.table(data.train)
    }
  }

  @Test("A missing file")
  func missing() throws {
    let scratch = try Scratch()
    #expect(
      open(scratch, "burgers.h5") == """
        error[data.missing]: cannot open the dataset 'burgers.h5'
          at    burgers.h5
          why   No such file or directory
          fix   check the path; relative paths start at the current directory
        """)
    #expect(open(scratch, "").contains("why   it is a directory"))
  }

  @Test("A file of another kind")
  func otherKind() throws {
    let scratch = try Scratch()
    try Data("hello".utf8).write(to: URL(fileURLWithPath: scratch.file("a.h5")))
    #expect(
      open(scratch, "a.h5") == """
        error[data.format]: 'a.h5' is not a dataset
          at    a.h5
          why   its first bytes belong to none of the known formats: HDF5, NPZ
          fix   give a file of one of these formats, or make one with opkit generate
        """)
    try Data().write(to: URL(fileURLWithPath: scratch.file("empty.h5")))
    #expect(open(scratch, "empty.h5").hasPrefix("error[data.format]"))
  }

  @Test("A truncated file, at every length")
  func truncated() throws {
    let scratch = try Scratch()
    try Samples.write(Samples.line, mapping: Samples.lineMapping, count: 4, to: scratch.file("whole.h5"))
    let whole = try Data(contentsOf: URL(fileURLWithPath: scratch.file("whole.h5")))
    let half = scratch.file("half.h5")
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: half))
    #expect(
      open(scratch, "half.h5") == """
        error[data.corrupt]: cannot open the file
          at    half.h5
          why   HDF5: truncated file: eof = \(whole.count / 2), sblock->base_addr = 0, stored_eof = \(whole.count)
          fix   copy or generate the file again
        """)
    for length in stride(from: 0, to: whole.count, by: 509) {
      try whole.prefix(length).write(to: URL(fileURLWithPath: half))
      #expect(open(scratch, "half.h5").hasPrefix("error[data."))
    }
  }

  @Test("Single bytes changed anywhere give a diagnostic or data, never a trap")
  func flipped() throws {
    let scratch = try Scratch()
    try Samples.write(Samples.line, mapping: Samples.lineMapping, count: 4, to: scratch.file("whole.h5"))
    let whole = try Data(contentsOf: URL(fileURLWithPath: scratch.file("whole.h5")))
    let path = scratch.file("flipped.h5")
    var refused = 0
    for position in stride(from: 0, to: whole.count, by: 97) {
      var bytes = whole
      bytes[position] ^= 0xFF
      try bytes.write(to: URL(fileURLWithPath: path))
      if open(scratch, "flipped.h5") != "no error" { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test("A variable that is not there, with the nearest name")
  func noVariable() throws {
    let scratch = try Scratch()
    try Samples.write(Samples.line, mapping: nil, count: 4, to: scratch.file("a.h5"))
    #expect(
      open(scratch, "a.h5") { $0.mapping = .steady(inputs: ["u0"], outputs: ["u2"]) } == """
        error[data.variable]: no variable 'u2' for the output
          at    a.h5
          why   the file has quality_residual, u0, u1
          fix   name 'u0' instead
        """)
    #expect(
      open(scratch, "a.h5") == """
        error[data.mapping]: the file does not say what is to be learned from it
          at    a.h5
          why   it has neither the attribute opkit_mapping nor variables x and y; it has quality_residual, u0, u1
          fix   set data.mapping, for example {"type": "steady", "inputs": […], "outputs": […]}
        """)
  }

  @Test("Arrays of other samples or another grid")
  func otherShapes() throws {
    let scratch = try Scratch()
    PlainFile.pair(scratch.file("samples.h5"), x: [5, 8], y: [4, 8])
    #expect(
      open(scratch, "samples.h5") == """
        error[data.shape]: 'x' and 'y' have different numbers of samples
          at    samples.h5
          why   'x' has shape 5×8, 'y' has 4×8
          fix   use variables with the same samples on the same grid
        """)
    PlainFile.pair(scratch.file("grid.h5"), x: [4, 1, 8, 8], y: [4, 1, 8, 16])
    #expect(open(scratch, "grid.h5").hasPrefix("error[data.shape]: 'x' and 'y' have different grids\n"))
    PlainFile.pair(scratch.file("scalar.h5"), x: [4], y: [4])
    #expect(open(scratch, "scalar.h5").hasPrefix("error[data.shape]: variable 'x' has shape 4\n"))
    PlainFile.pair(scratch.file("empty.h5"), x: [0, 8], y: [0, 8])
    #expect(open(scratch, "empty.h5").hasPrefix("error[data.shape]: variable 'x' has shape 0×8\n"))
  }

  @Test("Values that are not finite, with the place of the first", arguments: [Double.nan, .infinity])
  func nonFinite(value: Double) throws {
    let scratch = try Scratch()
    var y = PlainFile.ramp([4, 1, 3, 5])
    y[15 + 7] = value
    PlainFile.write(
      scratch.file("a.h5"), [("x", [4, 1, 3, 5], PlainFile.ramp([4, 1, 3, 5])), ("y", [4, 1, 3, 5], y)])
    #expect(
      open(scratch, "a.h5") == """
        error[data.non-finite]: 'y' holds a value that is not finite: sample 1, index 0×1×2
          at    a.h5: y
          why   a model cannot be trained or measured on NaN or infinite values
          fix   remove the sample or repair the file; opkit inspect counts such values
        """)
    let file = try DatasetFile(path: scratch.file("a.h5"))
    #expect(try file.range(of: #require(file["y"])).nonFiniteCount == 1)
  }

  @Test("Packed values are unpacked, and missing ones refused as NaN is")
  func packed() throws {
    let scratch = try Scratch()
    func write(_ name: String, missing: Double) {
      PlainFile.build(scratch.file(name)) { file in
        for variable in ["x", "y"] { PlainFile.add(variable, [3, 4], PlainFile.ramp([3, 4]), to: file) }
        PlainFile.annotate(
          "y", [("scale_factor", 10), ("add_offset", -1), ("_FillValue", missing)], in: file)
      }
    }
    write("packed.h5", missing: -999)
    let file = try DatasetFile(path: scratch.file("packed.h5"))
    #expect(try file.values(of: #require(file["y"])) == PlainFile.ramp([3, 4]).map { 10 * $0 - 1 })
    #expect(try file.values(of: #require(file["x"])) == PlainFile.ramp([3, 4]))
    write("missing.h5", missing: 5 / 8.0)
    #expect(
      open(scratch, "missing.h5").hasPrefix(
        "error[data.non-finite]: 'y' holds a value that is not finite: sample 1, index 1\n"))
  }

  @Test("Numbers that single precision does not hold")
  func large() throws {
    let scratch = try Scratch()
    var y = PlainFile.ramp([3, 4])
    y[6] = 1e300
    PlainFile.write(scratch.file("a.h5"), [("x", [3, 4], PlainFile.ramp([3, 4])), ("y", [3, 4], y)])
    #expect(open(scratch, "a.h5").hasPrefix("error[data.precision]: 'y' holds 1e+300 in sample 1, index 2\n"))
  }

  @Test("More samples than present, and overlapping parts")
  func samples() throws {
    let scratch = try Scratch()
    try Samples.write(Samples.line, mapping: Samples.lineMapping, count: 4, to: scratch.file("a.h5"))
    #expect(
      open(scratch, "a.h5") { $0.train = 1000 } == """
        error[data.samples]: 1000 samples are asked for and 4 are present
          at    a.h5
          why   asked for are 1000 for training and 0 for validation
          fix   ask for at most 4 in all, or generate more
        """)
    #expect(
      open(scratch, "a.h5") {
        $0.train = 3; $0.test = 2
      } == """
        error[data.samples]: training and test samples overlap
          at    a.h5
          why   the first 3 and the last 2 of 4 samples have some in common
          fix   ask for at most 4 in all, or name another file in data.testPath
        """)
    #expect(
      open(scratch, "a.h5") {
        $0.train = 3; $0.test = 2; $0.testPath = $0.path
      }.hasPrefix("error[data.samples]"))
    #expect(
      open(scratch, "a.h5") {
        $0.train = 3; $0.test = 1
      } == "no error")
  }

  @Test("A stride that does not divide the grid")
  func thinning() throws {
    let scratch = try Scratch()
    PlainFile.pair(scratch.file("a.h5"), x: [4, 421], y: [4, 421])
    #expect(
      open(scratch, "a.h5") { $0.reading.stride = 5 } == """
        error[data.stride]: 421 points on axis x cannot be thinned by 5
          at    a.h5
          why   on a periodic axis the stride must divide the number of points
          fix   if the points include both ends of the domain, set data.boundary to "closed"
        """)
    #expect(
      open(scratch, "a.h5") {
        $0.reading.stride = 8
        $0.reading.boundary = .closed
      }.hasSuffix(
        "fix   set data.stride, times each of data.strides, to one of 1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 15, 20, 21, 28, 30, 35, 42, 60"
      ))
  }

  @Test("Too few times for the mapping")
  func times() throws {
    let scratch = try Scratch()
    try Samples.write(Samples.flow, mapping: nil, count: 3, to: scratch.file("a.h5"))
    #expect(
      open(scratch, "a.h5") { $0.mapping = .window(field: "vorticity", inputSteps: 3, outputSteps: 2) } == """
        error[data.times]: 'vorticity' has 4 times
          at    a.h5: vorticity
          why   the window takes 3 and predicts 2, which takes at least 5
          fix   use fewer steps, or data with more times
        """)
    #expect(
      open(scratch, "a.h5") { $0.mapping = .initialToFinal(field: "forcing") }
        .hasPrefix("error[data.times]: 'forcing' has 0 times\n"))
  }

  @Test("What leads out of the file is refused and never opened")
  func hostile() throws {
    let scratch = try Scratch()
    PlainFile.pair(scratch.file("outside.h5"), x: [4, 8], y: [4, 8])
    let space8: [hsize_t] = [4, 8]
    PlainFile.build(scratch.file("a.h5")) { file in
      PlainFile.add("plain", [4, 8], PlainFile.ramp([4, 8]), to: file)
      H5Lcreate_external(
        scratch.file("outside.h5"), "x", file, "linked", opkit_h5_default(), opkit_h5_default())
      H5Lcreate_soft("nowhere", file, "dangling", opkit_h5_default(), opkit_h5_default())
      let space = H5Screate_simple(2, space8, nil)
      let external = H5Pcreate(opkit_h5_create_dataset())
      H5Pset_external(external, scratch.file("secret"), 0, 256)
      H5Dclose(
        H5Dcreate2(
          file, "external", opkit_h5_native_double(), space, opkit_h5_default(), external, opkit_h5_default())
      )
      let virtual = H5Pcreate(opkit_h5_create_dataset())
      H5Pset_virtual(virtual, space, scratch.file("outside.h5"), "x", space)
      H5Dclose(
        H5Dcreate2(
          file, "virtual", opkit_h5_native_double(), space, opkit_h5_default(), virtual, opkit_h5_default()))
      H5Gclose(H5Gcreate2(file, "group", opkit_h5_default(), opkit_h5_default(), opkit_h5_default()))
      H5Lcreate_hard(file, "/", file, "group/loop", opkit_h5_default(), opkit_h5_default())
    }
    let file = try DatasetFile(path: scratch.file("a.h5"))
    #expect(file.variables.map(\.name) == ["external", "plain", "virtual"])
    for name in ["linked", "dangling"] {
      #expect(
        open(scratch, "a.h5") { $0.mapping = .steady(inputs: ["plain"], outputs: [name]) }
          .hasPrefix("error[data.variable]: no variable '\(name)' for the output\n"))
    }
    for (name, words) in [("external", "stored in other files"), ("virtual", "may read other files")] {
      let message = open(scratch, "a.h5") { $0.mapping = .steady(inputs: ["plain"], outputs: [name]) }
      #expect(message.hasPrefix("error[data.type]: variable '\(name)' holds no real numbers\n"))
      #expect(message.contains(words))
    }
  }

  @Test("Claimed sizes beyond the machine are refused before anything is allocated")
  func enormous() throws {
    let scratch = try Scratch()
    let sizes: [(name: String, extents: [hsize_t])] = [
      ("plane.h5", [4, 1 << 20, 1 << 20]), ("line.h5", [4, 1 << 40]), ("samples.h5", [1 << 55, 8]),
    ]
    for size in sizes { makeEmpty(scratch.file(size.name), size.extents) }
    #expect(
      open(scratch, "plane.h5").hasPrefix(
        "error[data.memory]: the chosen samples take 4096.0 GiB of memory\n"))
    #expect(open(scratch, "line.h5").hasPrefix("error[data.shape]: variable 'x' has shape 4×1099511627776\n"))
    #expect(
      open(scratch, "samples.h5") { $0.train = 1 << 54 }.hasPrefix(
        "error[data.memory]: the chosen samples take"))
  }

  /// Variables `x` and `y` that claim a size and store nothing.
  private func makeEmpty(_ path: String, _ extents: [hsize_t]) {
    PlainFile.build(path) { file in
      let space = H5Screate_simple(Int32(extents.count), extents, nil)
      let creation = H5Pcreate(opkit_h5_create_dataset())
      H5Pset_chunk(creation, Int32(extents.count), extents.map { min($0, 8) })
      for name in ["x", "y"] {
        H5Dclose(
          H5Dcreate2(
            file, name, opkit_h5_native_double(), space, opkit_h5_default(), creation, opkit_h5_default()))
      }
    }
  }

  @Test("Values that are no numbers")
  func noNumbers() throws {
    let scratch = try Scratch()
    try Samples.write(Samples.flow, mapping: nil, count: 3, to: scratch.file("a.h5"))
    PlainFile.build(scratch.file("b.h5")) { file in
      PlainFile.add("x", [4, 8], PlainFile.ramp([4, 8]), to: file)
      let type = H5Tcreate(H5T_COMPOUND, 16)
      H5Tinsert(type, "r", 0, opkit_h5_native_double())
      H5Tinsert(type, "i", 8, opkit_h5_native_double())
      let extents: [hsize_t] = [4, 8]
      let space = H5Screate_simple(2, extents, nil)
      H5Dclose(
        H5Dcreate2(file, "y", type, space, opkit_h5_default(), opkit_h5_default(), opkit_h5_default()))
    }
    #expect(
      open(scratch, "b.h5") == """
        error[data.type]: variable 'y' holds no real numbers
          at    b.h5: y
          why   its element type is compound
          fix   store it as float32 or float64
        """)
  }
}
