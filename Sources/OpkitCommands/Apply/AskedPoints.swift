import Datasets
import Diagnostics
import Fields
import Foundation
import Training

/// A model asked at the points of a text file instead of on the grid of its data.
struct AskedPoints {
  let task: OperatorTask
  /// Reads inputs alone: the file need not hold outputs, nor points.
  let mapping: FieldMapping
  let outputs: OutputDescription

  /// - Throws: exit status 2 for a model that cannot be asked at points, 3 for a file that does not hold any.
  init(path: String, model: TrainedModel, checkpoint: String) throws {
    let signature = model.task.signature
    let dimensions =
      signature.queries?.dimensions ?? signature.dimensions + (signature.outputTimes.isEmpty ? 0 : 1)
    let coordinates = try AskedPoints.coordinates(path, dimensions: dimensions)
    guard let task = model.task.asked(at: coordinates, dimensions: dimensions) else {
      throw AskedPoints.refusal(
        "the model gives its output on a grid only", at: checkpoint,
        why: "'\(model.configuration.model.card.identifier)' has no trunk that takes coordinates",
        fix: "leave --points out, or train a model such as 'deeponet'")
    }
    let normalizer = model.task.outputNormalizer
    guard normalizer.kind == .none || normalizer.channels == task.signature.outputChannels,
      normalizer.grid.isEmpty
    else {
      throw AskedPoints.refusal(
        "the output's normalisation is known at the training points only", at: checkpoint,
        why:
          "data.normalization.output was '\(normalizer.kind.rawValue)', which has numbers for each of them",
        fix: "train with data.normalization.output \"none\"")
    }
    self.task = task
    switch model.file.checkpoint.mapping {
    case .points(let inputs, _, _): mapping = .steady(inputs: inputs, outputs: [])
    case let other: mapping = other
    }
    outputs = model.file.checkpoint.outputs.withoutTimes
  }

  private static func refusal(_ what: String, at: String, why: String, fix: String) -> Diagnostic {
    Diagnostic("usage.points", exit: .usage, what, at: at, why: why, fix: fix)
  }

  /// One point a line; numbers separated by spaces, tabs, commas or semicolons; lines that begin with # are comments.
  private static func coordinates(_ path: String, dimensions: Int) throws -> [Double] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw Diagnostic(
        "input.points", exit: .badInput, "the points cannot be read", at: path, why: "it is not a text file",
        fix: "write one point a line, coordinates separated by spaces or commas")
    }
    var values: [Double] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    where !line.hasPrefix("#") {
      let words = line.split { " \t,;".contains($0) }
      let numbers = words.compactMap { Double($0) }.filter(\.isFinite)
      if words.isEmpty { continue }
      guard numbers.count == words.count, numbers.count == dimensions else {
        throw Diagnostic(
          "input.points", exit: .badInput, "a line does not hold a point", at: "\(path): line \(index + 1)",
          why: "a point has \(dimensions) coordinates here, and the line reads '\(line.prefix(40))'",
          fix: "write one point a line, coordinates separated by spaces or commas")
      }
      values += numbers
    }
    guard !values.isEmpty else {
      throw Diagnostic(
        "input.points", exit: .badInput, "the file holds no points", at: path,
        fix: "write one point a line, coordinates separated by spaces or commas")
    }
    return values
  }
}
