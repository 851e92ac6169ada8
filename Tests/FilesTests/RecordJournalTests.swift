import Diagnostics
import Files
import Foundation
import Testing

@Suite("Record journals")
struct RecordJournalTests {
  private static let identity = String(repeating: "a", count: 64)

  private func record(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 24) }

  private func open(_ scratch: Scratch, identity: String = identity) throws -> RecordJournal {
    try RecordJournal(path: scratch.file("j"), identity: identity, recordBytes: 24)
  }

  @Test("records are found again by number, in whatever order they came")
  func reopened() throws {
    let scratch = try Scratch()
    do {
      let journal = try open(scratch)
      for (number, byte) in [(7, 1), (2, 2), (9, 3)] { try journal.append(number, record(UInt8(byte))) }
      try journal.append(2, record(4))
    }
    let journal = try open(scratch)
    #expect(journal.count == 3)
    #expect(try journal.read(2) == record(4))
    #expect(try journal.read(9) == record(3))
    #expect(try journal.read(0) == nil)
    journal.remove()
    #expect(scratch.contents.isEmpty)
  }

  @Test("of a file cut at any byte, the whole records remain, and more can be added")
  func torn() throws {
    let scratch = try Scratch()
    do {
      let journal = try open(scratch)
      for number in 0..<3 { try journal.append(number, record(UInt8(number + 1))) }
    }
    let whole = try #require(scratch.bytes("j"))
    let header = whole.count - 3 * 40
    for length in 0...whole.count {
      try Data(whole.prefix(length)).write(to: URL(fileURLWithPath: scratch.file("j")))
      let journal = try open(scratch)
      let expected = max(0, length - header) / 40
      #expect(journal.count == expected, "\(length) bytes")
      try journal.append(5, record(9))
      #expect(try journal.read(5) == record(9))
      if expected > 0 { #expect(try journal.read(expected - 1) == record(UInt8(expected))) }
    }
  }

  @Test("a damaged record and all behind it are dropped")
  func damaged() throws {
    let scratch = try Scratch()
    do {
      let journal = try open(scratch)
      for number in 0..<3 { try journal.append(number, record(1)) }
    }
    var bytes = try #require(scratch.bytes("j"))
    bytes[bytes.count - 60] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: scratch.file("j")))
    #expect(try open(scratch).count == 1)
  }

  @Test("other work's records and a journal in use are refused with status 4")
  func refused() throws {
    let scratch = try Scratch()
    let journal = try open(scratch)
    let used = #expect(throws: FilesError.self) { try open(scratch) }
    #expect(used == .inUse(path: scratch.file("j")))
    #expect(used?.diagnostic.exitCode == .cannotWrite)
    try journal.append(0, record(1))
    let copy = scratch.file("k")
    try Data(#require(scratch.bytes("j"))).write(to: URL(fileURLWithPath: copy))
    let foreign = #expect(throws: FilesError.self) {
      try RecordJournal(path: copy, identity: String(repeating: "b", count: 64), recordBytes: 24)
    }
    #expect(foreign == .foreignJournal(path: copy))
  }
}
