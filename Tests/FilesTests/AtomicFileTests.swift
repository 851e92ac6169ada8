import Diagnostics
import Files
import Foundation
import Testing

/// A directory of its own for one test, removed with everything in it.
final class Scratch {
  let path: String

  init() throws {
    let base = FileManager.default.temporaryDirectory.appendingPathComponent("opkit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
    path = base.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }
  func bytes(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: file(name)).map(Array.init) }

  var contents: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

@Suite("Atomic files")
struct AtomicFileTests {
  @Test("appear only when committed")
  func commit() throws {
    let scratch = try Scratch()
    let file = try AtomicFile(path: scratch.file("a.txt"))
    try file.write(Array("hello ".utf8))
    try file.write(Array("world".utf8))
    #expect(scratch.bytes("a.txt") == nil)
    #expect(scratch.contents.count == 1)
    try file.commit()
    #expect(scratch.bytes("a.txt") == Array("hello world".utf8))
    #expect(scratch.contents == ["a.txt"])
  }

  @Test("leave nothing when abandoned or released, and keep the old file")
  func abandon() throws {
    let scratch = try Scratch()
    try AtomicFile.write("old", to: scratch.file("a.txt"), overwrite: false)
    let file = try AtomicFile(path: scratch.file("a.txt"), overwrite: true)
    try file.write([1, 2, 3])
    file.abandon()
    do {
      let released = try AtomicFile(path: scratch.file("a.txt"), overwrite: true)
      try released.write([4])
    }
    #expect(scratch.contents == ["a.txt"] && scratch.bytes("a.txt") == Array("old".utf8))
    try AtomicFile.write("new", to: scratch.file("a.txt"), overwrite: true)
    #expect(scratch.bytes("a.txt") == Array("new".utf8))
  }

  @Test("have the mode that the umask gives, not a private one")
  func mode() throws {
    let scratch = try Scratch()
    try AtomicFile.write("x", to: scratch.file("a"), overwrite: false)
    let reference = open(scratch.file("b"), O_CREAT | O_WRONLY, 0o666)
    close(reference)
    func mode(_ name: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: scratch.file(name))[.posixPermissions] as? Int
    }
    #expect(try mode("a") == mode("b"))
  }

  @Test("refuse what exists, directories, pipes and devices, with exit status 4")
  func refused() throws {
    let scratch = try Scratch()
    try AtomicFile.write("old", to: scratch.file("a"), overwrite: false)
    mkfifo(scratch.file("pipe"), 0o600)
    let cases: [(String, Bool, String)] = [
      (scratch.file("a"), false, "'\(scratch.file("a"))' exists already"),
      (scratch.path, true, "'\(scratch.path)' is a directory"),
      (scratch.file("pipe"), true, "'\(scratch.file("pipe"))' is a pipe"),
      ("/dev/null", true, "'/dev/null' is a device"),
      (scratch.file("none/a"), false, "cannot create '\(scratch.file("none/a"))'"),
      (scratch.file("a/b"), false, "cannot create '\(scratch.file("a/b"))'"),
      ("", false, "cannot create ''"),
    ]
    for (path, overwrite, summary) in cases {
      let error = #expect(throws: FilesError.self) { _ = try AtomicFile(path: path, overwrite: overwrite) }
      #expect(error?.diagnostic.summary == summary)
      #expect(error?.diagnostic.exitCode == .cannotWrite)
    }
    #expect(scratch.contents == ["a", "pipe"])
  }

  @Test("An error names the path and the system's reason")
  func golden() throws {
    let scratch = try Scratch()
    let error = #expect(throws: FilesError.self) { _ = try AtomicFile(path: scratch.file("none/a.h5")) }
    let text = error?.diagnostic.description.replacingOccurrences(of: scratch.path, with: "DIR")
    #expect(
      text == """
        error[output.write]: cannot create 'DIR/none/a.h5'
          at    DIR/none/a.h5
          why   the directory 'DIR/none' does not exist
          fix   write to a directory that exists, that you may write to and that has space
        """)
  }

  @Test("do not replace a file that appeared meanwhile")
  func race() throws {
    let scratch = try Scratch()
    let file = try AtomicFile(path: scratch.file("a"))
    try AtomicFile.write("other", to: scratch.file("a"), overwrite: false)
    #expect(throws: FilesError.exists(path: scratch.file("a"))) { try file.commit() }
    #expect(scratch.contents == ["a"] && scratch.bytes("a") == Array("other".utf8))
  }

  @Test("of dead processes are removed, those of living ones kept")
  func stale() throws {
    let scratch = try Scratch()
    let first = try AtomicFile(path: scratch.file("a"))
    let living = URL(fileURLWithPath: first.temporaryPath).lastPathComponent
    let child = Process()
    child.executableURL = URL(fileURLWithPath: "/bin/true")
    try child.run()
    child.waitUntilExit()
    let dead = living.replacingOccurrences(
      of: ".\(getpid()).", with: ".\(child.processIdentifier).")
    let foreign = living.replacingOccurrences(
      of: ".\(getpid()).", with: ".elsewhere.\(child.processIdentifier).")
    for name in [dead, foreign] { try Data().write(to: URL(fileURLWithPath: scratch.file(name))) }
    let second = try AtomicFile(path: scratch.file("a"))
    let kept = [living, foreign, URL(fileURLWithPath: second.temporaryPath).lastPathComponent]
    #expect(scratch.contents == kept.sorted())
    first.abandon()
    second.abandon()
  }

  @Test("have temporary names within the limits of file systems")
  func longName() throws {
    let scratch = try Scratch()
    let name = String(repeating: "ä", count: 127)
    try AtomicFile.write("x", to: scratch.file(name), overwrite: false)
    #expect(scratch.contents == [name])
  }

  @Test("A full device gives the system's code; a slow pipe gets all bytes")
  func writing() throws {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    #expect([UInt8](repeating: 1, count: 10).withUnsafeBytes { writeFully($0, to: full) } == ENOSPC)
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let (readEnd, writeEnd) = (ends[0], ends[1])
    let count = 1 << 20
    let reader = Thread {
      var received = 0
      var buffer = [UInt8](repeating: 0, count: 4096)
      while received < count {
        let some = read(readEnd, &buffer, buffer.count)
        if some <= 0 { break }
        received += some
      }
      close(readEnd)
    }
    reader.start()
    #expect([UInt8](repeating: 7, count: count).withUnsafeBytes { writeFully($0, to: writeEnd) } == 0)
    close(writeEnd)
  }
}
