#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `base` to the power of `exponent`.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// A fresh directory for one test's files; the test removes it.
func temporaryDirectory() throws -> String {
  var template = Array("/tmp/opkit-plotting-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw TemporaryDirectoryError(code: errno) }
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

struct TemporaryDirectoryError: Error {
  var code: Int32
}

/// Names in a directory, without `.` and `..`.
func names(in directory: String) -> [String] {
  guard let stream = opendir(directory) else { return [] }
  defer { closedir(stream) }
  var found: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != "." && name != ".." { found.append(name) }
  }
  return found.sorted()
}

/// The bytes of a file; empty if it cannot be read.
func contents(of path: String) -> [UInt8] {
  guard let file = fopen(path, "rb") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
  return bytes
}

/// Removes a directory and the files in it.
func remove(_ directory: String) {
  for name in names(in: directory) { unlink("\(directory)/\(name)") }
  rmdir(directory)
}

/// Makes an empty directory.
func makeDirectory(_ path: String) { mkdir(path, 0o755) }
