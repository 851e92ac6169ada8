import Configuration
import Datasets
import Diagnostics
import Evaluation
import Fields
import Foundation
import Tensors
import Training

extension Eval {
  /// `--resolutions`: the error and the consistency of one set of weights on several grids of the same samples.
  func studyResolutions(_ points: [Int], _ invocation: Invocation) throws -> ExitStatus {
    let model = try TrainedModel(path: checkpoint, shared: shared)
    let pool = WorkerPool(workerCount: invocation.threads)
    let (stored, samples) = try samplesToMeasure(model, stride: 1)
    let readers = try points.map { count in
      let stride = try thinning(stored.axes[0], to: count, of: stored.file.path)
      let (reader, _) = try samplesToMeasure(model, stride: stride)
      try model.check(reader)
      return reader
    }
    try requireNested(readers, of: stored.file.path)
    model.warnOfOtherDomain(stored, invocation.console)
    let predictor = Predictor(model.task, parameters: model.parameters, pool: pool)
    let progress = invocation.console.progress("eval", total: samples.count, unit: "samples")
    let study = try ResolutionStudy(predictor, readers, samples: samples, pool: pool) {
      progress.update($0)
      try invocation.continueUnlessStopped("the measurement")
    }
    progress.finish()
    let report = ResolutionReport(study, trainingGrid: model.task.signature.gridShape)
    if json {
      let description: JSONValue = [
        "checkpoint": .string(checkpoint), "data": .string(stored.file.path),
        "samples": .integer(study.sampleCount), "resolutions": report.rows, "verdict": report.verdictJSON,
      ]
      try invocation.console.print(description.serialized(indent: 2))
    } else {
      try invocation.console.print(
        "\(counted(study.sampleCount, "sample")) of \(stored.file.path)\n\n\(report.table)\n\n\(report.verdict)"
      )
    }
    return .success
  }

  /// The list of `--resolutions`, such as `32,64,128`.
  static func resolutions(_ text: String) throws -> [Int] {
    let counts = text.split(separator: ",", omittingEmptySubsequences: false).map {
      Int($0.trimmingCharacters(in: .whitespaces))
    }
    let known = counts.compactMap { $0 }.filter { $0 > 0 }
    guard known.count == counts.count, Set(known).count == known.count, known.count > 1 else {
      throw Diagnostic(
        "usage.resolutions", exit: .usage, "'\(text)' is no list of resolutions",
        at: "--resolutions", why: "two or more different numbers of points along the first axis are needed",
        fix: "write them with commas, as in --resolutions 32,64,128")
    }
    return known
  }

  /// Every how many-th point of a stored axis makes one of `count` points.
  private func thinning(_ axis: GridAxis, to count: Int, of path: String) throws -> Int {
    let (intervals, wanted) = axis.boundary == .closed ? (axis.count - 1, count - 1) : (axis.count, count)
    let step = wanted > 0 ? intervals / wanted : 0
    guard wanted > 0, step > 0, step * wanted == intervals, axis.boundary != .cellCentred || step % 2 == 1
    else {
      let closed = axis.boundary == .closed ? 1 : 0
      let possible = (1...max(1, intervals / 2)).filter {
        intervals % $0 == 0 && (axis.boundary != .cellCentred || $0 % 2 == 1)
      }
      .prefix(8).map { String(intervals / $0 + closed) }
      throw Diagnostic(
        "usage.resolutions", exit: .usage, "the data cannot be thinned to \(count) points",
        at: "--resolutions",
        why: "axis \(axis.name) of \(path) has \(axis.count) points, \(axis.boundary.rawValue)",
        fix: "choose among \(possible.joined(separator: ", "))")
    }
    return step
  }

  /// Every grid's points must be points of the next finer one, or nothing can be compared.
  private func requireNested(_ readers: [SampleReader], of path: String) throws {
    let ordered = readers.sorted { $0.pointCount < $1.pointCount }
    for (reader, finer) in zip(ordered, ordered.dropFirst()) {
      let isNested = zip(reader.axes, finer.axes).allSatisfy {
        Set($1.coordinates).isSuperset(of: $0.coordinates)
      }
      if isNested { continue }
      throw Diagnostic(
        "usage.resolutions", exit: .usage,
        "the \(reader.axes[0].count) points are not among the \(finer.axes[0].count) of the next grid",
        at: "--resolutions",
        why: "the predictions on both thinned grids of \(path) are compared point by point",
        fix:
          "choose resolutions whose numbers of intervals divide each other: of points on periodic axes, of points less one "
          + "where both ends are included")
    }
  }
}
