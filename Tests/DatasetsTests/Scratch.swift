import Configuration
import Datasets
import Diagnostics
import Fields
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

  var contents: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}
