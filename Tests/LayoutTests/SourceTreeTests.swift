import Foundation
import Operators
import Solvers
import Testing

/// The source tree as files: what a newcomer relies on when looking for something.
@Suite("The source tree") struct SourceTreeTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: SourceTreeTests.root.appendingPathComponent(path), encoding: .utf8)
  }

  private func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: SourceTreeTests.root.appendingPathComponent(path).path)
  }

  private func swiftFiles(_ folder: String) throws -> [String] {
    let base = SourceTreeTests.root.appendingPathComponent(folder)
    let all = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix(".swift") }.map { folder + "/" + $0 }
  }

  private func folders(_ path: String) throws -> [String] {
    let base = SourceTreeTests.root.appendingPathComponent(path)
    return try FileManager.default.contentsOfDirectory(
      at: base, includingPropertiesForKeys: [.isDirectoryKey]
    )
    .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }.map(\.lastPathComponent)
    .sorted()
  }

  @Test("has one folder, one page and one registry line for each model")
  func models() throws {
    let registry = try text("Sources/Operators/ModelRegistry.swift")
    let names = try folders("Sources/Operators")
    #expect(names.count == ModelRegistry.entries.count)
    for name in names {
      for file in ["\(name).swift", "\(name)+Configuration.swift", "\(name).md"] {
        #expect(exists("Sources/Operators/\(name)/\(file)"), "Sources/Operators/\(name)/\(file) is missing")
      }
      #expect(
        registry.contains("ModelEntry(\(name).self),"), "add to ModelRegistry: ModelEntry(\(name).self),")
    }
  }

  @Test("has one page and one registry line for each PDE")
  func problems() throws {
    let registry = try text("Sources/Solvers/ProblemRegistry.swift")
    let names = try folders("Sources/Solvers").filter {
      exists("Sources/Solvers/\($0)/\($0)+Configuration.swift")
    }
    #expect(names.count == ProblemRegistry.entries.count)
    for name in names {
      #expect(exists("Sources/Solvers/\(name)/\(name).md"), "Sources/Solvers/\(name)/\(name).md is missing")
      #expect(
        registry.contains("ProblemEntry(\(name).self)"), "add to ProblemRegistry: ProblemEntry(\(name).self)")
    }
  }

  @Test("explains each module in a README")
  func readmes() throws {
    for module in try folders("Sources")
    where !module.hasPrefix("C") || module == "CKernels" || module == "Configuration" {
      if module == "opkit" { continue }
      #expect(exists("Sources/\(module)/README.md"), "Sources/\(module)/README.md is missing")
    }
  }

  @Test("keeps files readable and names meaningful")
  func files() throws {
    for file in try swiftFiles("Sources") {
      let lines = try text(file).split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(lines <= 400, "\(file) has \(lines) lines")
      for word in ["Utils", "Helpers", "Manager", "Common"] {
        #expect(!file.hasSuffix("/\(word).swift"), "\(file) says nothing about what is in it")
      }
    }
  }

  @Test("confines unchecked concurrency to the files that guard it")
  func unchecked() throws {
    let allowed: Set<String> = [
      "Sources/Datasets/HDF5/HDF5Library.swift", "Sources/Tensors/HostBuffer.swift",
      "Sources/Tensors/Kernels/Kernels.swift",
      "Sources/Tensors/WorkerPool.swift", "Sources/Spectral/PlanStore.swift",
    ]
    for file in try swiftFiles("Sources") where !allowed.contains(file) {
      let content = try text(file)
      #expect(!content.contains("@unchecked Sendable"), "\(file) says @unchecked Sendable")
      #expect(!content.contains("nonisolated(unsafe)"), "\(file) says nonisolated(unsafe)")
    }
  }
}
