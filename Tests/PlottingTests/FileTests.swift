import Diagnostics
import Plotting
import Testing

@Suite("PNG files")
struct FileTests {
  @Test("A written picture has PNG's signature, size and colour type, and replaces what was there")
  func signature() throws {
    let directory = try temporaryDirectory()
    defer { remove(directory) }
    let path = directory + "/picture.png"
    try Canvas(width: 3, height: 2).write(to: path)
    let canvas = try Canvas(width: 300, height: 17, background: Color(0x0072B2))
    try canvas.write(to: path)
    let bytes = contents(of: path)
    #expect(bytes == (try canvas.encodedPNG()))
    #expect(Array(bytes.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    // IHDR: width, height, 8 bits, colour type 2 (RGB).
    #expect(Array(bytes[16..<26]) == [0, 0, 1, 0x2C, 0, 0, 0, 17, 8, 2])
    #expect(Array(bytes.suffix(8).prefix(4)) == Array("IEND".utf8))
    #expect(names(in: directory) == ["picture.png"], "no temporary file may stay")
  }

  @Test("Pictures of noise, which deflate cannot shrink, are encoded whole")
  func incompressible() throws {
    var canvas = try Canvas(width: 256, height: 256)
    var state: UInt64 = 1
    for y in 0..<256 {
      for x in 0..<256 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        canvas[x, y] = Color(UInt32(truncatingIfNeeded: state >> 33))
      }
    }
    #expect(try canvas.encodedPNG().count > 3 * 256 * 256)
  }

  @Test(
    "A directory that is missing, or a directory in the file's place, is exit status 4 and leaves nothing")
  func unwritable() throws {
    let directory = try temporaryDirectory()
    defer { remove(directory) }
    let canvas = try Canvas(width: 3, height: 2)
    func diagnosis(_ path: String) -> Diagnostic? {
      do {
        try canvas.write(to: path)
        return nil
      } catch {
        return (error as? any Diagnosable)?.diagnostic
      }
    }
    let missing = diagnosis(directory + "/absent/picture.png")
    #expect(missing?.exitCode == .cannotWrite)
    #expect(missing?.location == directory + "/absent/picture.png")
    #expect(missing?.reason?.contains("No such file or directory") == true)

    let nested = try temporaryDirectory()
    defer { remove(nested) }
    #expect(diagnosis(nested)?.exitCode == .cannotWrite)
    let parent = String(nested.prefix { $0 != "-" }.dropLast("opkit".count))
    let stem = String(nested.dropFirst(parent.count))
    #expect(names(in: parent).filter { $0.hasPrefix(stem) } == [stem], "no temporary file may stay")
  }
}
