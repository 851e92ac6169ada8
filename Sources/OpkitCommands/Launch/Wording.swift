#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A number with `digits` significant digits, as `%g` writes it, or all digits before the point of one that has more, below 10⁹.
func numberText(_ value: Double, digits: Int = 3) -> String {
  let most = (0..<digits).reduce(1.0) { power, _ in 10 * power }
  if abs(value) >= most - 0.5, abs(value) < 1e9 { return String(Int(value.rounded())) }
  var buffer = [CChar](repeating: 0, count: 48)
  let length = withVaList([Int32(digits), value]) { vsnprintf(&buffer, buffer.count, "%.*g", $0) }
  return String(decoding: buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A size in the units that tools such as `ls -h` use.
func byteText(_ bytes: Double) -> String {
  var value = bytes
  for unit in ["B", "KiB", "MiB", "GiB"] {
    if value < 1024 { return "\(numberText(value)) \(unit)" }
    value /= 1024
  }
  return "\(numberText(value, digits: 4)) TiB"
}

/// `1 sample`, `2 samples`.
func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

/// Rows in columns, each as wide as its widest entry; the last one is left ragged.
func tableText(_ rows: [[String]], indent: Int = 0) -> String {
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
  }
  let lines = rows.map { row in
    row.enumerated().map { index, cell in
      index + 1 < row.count ? padded(cell, to: widths[index] + 2) : cell
    }.joined()
  }
  return lines.map { String(repeating: " ", count: indent) + $0 }.joined(separator: "\n")
}

/// A whole number with a comma between groups of three digits.
func grouped(_ number: Int) -> String {
  var digits = Array(String(number.magnitude))
  for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
  return (number < 0 ? "-" : "") + String(digits)
}

/// A short time: `0.35 ms`, `12 ms`, `1.2 s`.
func milliseconds(_ seconds: Double) -> String {
  seconds < 1 ? "\(numberText(1000 * seconds)) ms" : "\(numberText(seconds)) s"
}

/// A grid as its points along each axis.
func gridText(_ grid: [Int]) -> String { grid.map(String.init).joined(separator: " × ") }
