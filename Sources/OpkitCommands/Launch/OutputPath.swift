import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A place that a command shall write to, checked before any work is done.
enum OutputPath {
  /// Formats that a name must not deny; names without an ending, or with one that nobody knows, are the user's.
  enum Format: String, CaseIterable {
    case hdf5 = "HDF5"
    case png = "PNG"

    var endings: [String] {
      switch self {
      case .hdf5: ["h5", "hdf5", "nc", "nc4", "he5"]
      case .png: ["png"]
      }
    }

    private static let known = Set(allCases.flatMap(\.endings)).union([
      "npz", "npy", "mat", "csv", "jpg", "jpeg", "pdf", "svg", "safetensors", "pt",
    ])

    func foreignEnding(of path: String) -> String? {
      let name = path.split(separator: "/").last ?? ""
      guard let dot = name.lastIndex(of: ".") else { return nil }
      let ending = name[name.index(after: dot)...].lowercased()
      return Format.known.contains(ending) && !endings.contains(ending) ? ending : nil
    }
  }

  enum Kind { case absent, file, directory, other }

  static func kind(of path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .absent }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .directory
    default: return .other
    }
  }

  /// Checks that a file may be made at `path`.
  ///
  /// - Throws: exit status 4 if it exists and `force` is false, if its directory is missing or read-only.
  ///   Exit status 2 if its ending says that it has another format.
  static func checkFile(_ path: String, force: Bool, of format: Format? = nil) throws {
    guard !path.isEmpty else {
      throw Diagnostic(
        "usage.output", exit: .usage, "the output has no name", at: "''", fix: "give the path of a file")
    }
    if let format, let ending = format.foreignEnding(of: path) {
      throw Diagnostic(
        "usage.output", exit: .usage, "\(format.rawValue) is written, which is no .\(ending) file", at: path,
        fix: "give a name that ends with .\(format.endings[0])")
    }
    switch kind(of: path) {
    // A redirected stream is a file under this name, which a finished file would replace.
    case .file where path.hasPrefix("/dev/"):
      throw Diagnostic(
        "output.not-a-file", exit: .cannotWrite, "'\(path)' is a device", at: path,
        fix: "choose a file name")
    case .absent: break
    case .file where force: break
    case .file:
      throw Diagnostic(
        "output.exists", exit: .cannotWrite, "'\(path)' exists already", at: path,
        fix: "choose another name, or give --force to replace it")
    case .directory, .other:
      throw Diagnostic(
        "output.not-a-file", exit: .cannotWrite, "'\(path)' is not a file", at: path,
        fix: "choose a file name")
    }
    let name = path.split(separator: "/").last ?? ""
    guard name.utf8.count <= 255 else {
      throw Diagnostic(
        "output.name", exit: .cannotWrite, "the file name has \(name.utf8.count) bytes", at: path,
        why: "file systems take 255", fix: "choose a shorter name")
    }
    try checkDirectory(parent(of: path), holding: path)
  }

  /// Refuses to replace a file that the same command reads, under whatever name.
  static func check(_ path: String, isNot inputs: [String]) throws {
    var (output, input) = (stat(), stat())
    guard stat(path, &output) == 0 else { return }
    for name in inputs
    where stat(name, &input) == 0 && input.st_dev == output.st_dev && input.st_ino == output.st_ino {
      throw Diagnostic(
        "output.input", exit: .cannotWrite, "'\(path)' is read by this command", at: path,
        fix: "choose another name")
    }
  }

  /// Checks that a directory exists and may be written to.
  static func checkDirectory(_ directory: String, holding path: String) throws {
    guard kind(of: directory) == .directory else {
      throw Diagnostic(
        "output.no-directory", exit: .cannotWrite, "there is no directory '\(directory)' to write in",
        at: path,
        fix: "make it with 'mkdir -p \(directory)', or choose another place")
    }
    guard access(directory, W_OK | X_OK) == 0 else {
      throw Diagnostic(
        "output.read-only", exit: .cannotWrite, "cannot write in the directory '\(directory)'", at: path,
        why: String(cString: strerror(errno)), fix: "choose another place")
    }
  }

  static func parent(of path: String) -> String {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// The nearest directory above `path` that exists.
  static func existingAncestor(of path: String) -> String {
    var directory = parent(of: path)
    while kind(of: directory) == .absent, directory != ".", directory != "/" {
      directory = parent(of: directory)
    }
    return directory
  }

  /// File name without directories and extension: `configs/train/x.json` gives `x`.
  static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// Names in a directory, sorted, hidden ones included and `.` and `..` left out; `nil` if unreadable.
  static func names(in directory: String) -> [String]? {
    guard let handle = opendir(directory) else { return nil }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
