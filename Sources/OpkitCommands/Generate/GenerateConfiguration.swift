import Configuration
import Solvers
import Tensors

/// What `opkit generate` reads: which problem, how many samples of it, and how they are stored.
struct GenerateConfiguration {
  let problem: any Problem
  let samples: Int
  let seed: Int
  let storage: Precision
  /// File to write; `-o` wins over it.
  let output: String?

  init(from reader: ConfigReader) throws {
    problem = try ProblemRegistry.read(reader)
    samples = try reader.int("samples", in: 1...100_000_000, doc: "number of samples to solve")
    seed = try reader.int(
      "seed", default: 0, in: 0...Int.max, doc: "seed; a sample depends on seed and index alone")
    storage = try reader.choice(
      "storage", default: .float32, doc: "number type in the file; solvers work in 64 bits")
    output = try reader.optionalString("output", doc: "file to write; the flag -o wins")
  }
}
