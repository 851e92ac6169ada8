import Configuration
import Fields
import Solvers

/// Reads a problem from configuration text, as `opkit generate` does.
func makeProblem(_ text: String) throws -> any Problem {
  let document = try ConfigDocument.parse("{\"problem\": \(text)}", source: "test.json")
  let reader = ConfigReader(document)
  let problem = try ProblemRegistry.read(reader)
  try reader.finish()
  return problem
}

/// One sample of a problem given as configuration text.
func solveSample(_ text: String, index: Int = 0, seed: UInt64 = 0) throws -> SolvedSample {
  try makeProblem(text).makeSolver().solve(index: index, seed: seed)
}

/// Rows `range` of the first axis of a row-major field.
func rows(_ values: [Double], of width: Int, _ row: Int) -> [Double] {
  Array(values[row * width..<(row + 1) * width])
}

/// Every `stride`-th point of a square grid of `width` points per direction, from `offset` on.
func subgrid(_ values: [Double], width: Int, count: Int, stride: Int, offset: Int = 0) -> [Double] {
  var result: [Double] = []
  for i in 0..<count {
    for j in 0..<count {
      result.append(values[(offset + i * stride) * width + offset + j * stride])
    }
  }
  return result
}
