import Foundation

/// The bytes of a whole file.
package enum PlainBytes {
  /// Largest file that is read whole.
  private static let maximum = 1 << 34

  /// The first bytes of a file.
  package static func head(_ path: String, count: Int) throws -> [UInt8] {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw FilesError.cannotRead(path: path, reason: "there is no such file, or it may not be read")
    }
    defer { try? handle.close() }
    return [UInt8]((try? handle.read(upToCount: count)) ?? Data())
  }

  /// - Throws: `FilesError.cannotRead`.
  package static func read(_ path: String) throws -> [UInt8] {
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let size = (attributes[.size] as? Int) ?? 0
      guard attributes[.type] as? FileAttributeType == .typeRegular, size <= maximum else {
        throw FilesError.cannotRead(path: path, reason: "it is not a file, or larger than 16 GiB")
      }
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch let error as FilesError {
      throw error
    } catch {
      throw FilesError.cannotRead(path: path, reason: error.localizedDescription)
    }
  }
}
