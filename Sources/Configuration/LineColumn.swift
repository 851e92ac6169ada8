/// A place in a text as editors count it: lines and characters from 1.
struct LineColumn: CustomStringConvertible {
  var line: Int
  var column: Int

  init(of offset: Int, in bytes: [UInt8]) {
    let before = bytes.prefix(offset)
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    line = 1 + before.count { $0 == 0x0A }
    column = 1 + before[lineStart...].count { $0 & 0xC0 != 0x80 }
  }

  var description: String { "\(line):\(column)" }
}
