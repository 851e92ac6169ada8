import Diagnostics
import Files

/// What can be wrong with a dataset or with a choice of samples from it, as facts.
public enum DatasetsError: Error, Equatable {
  case missing(path: String, reason: String)
  case unknownFormat(path: String, known: [String])
  case unreadable(path: String, object: String?, action: String, reason: String)
  case noSuchVariable(path: String, name: String, role: String, known: [String])
  case notNumeric(path: String, variable: String, type: String)
  case unusableShape(path: String, variable: String, shape: [Int], reason: String, fix: String)
  case differentShapes(
    path: String, first: String, firstShape: [Int], second: String, secondShape: [Int], what: String)
  case noMapping(path: String, known: [String])
  case badMapping(path: String, reason: String)
  case tooFewTimes(path: String, variable: String, times: Int, needed: Int, why: String)
  case badMask(path: String, variable: String, reason: String)
  case nonFinite(path: String, variable: String, sample: Int, index: [Int])
  /// A finite number that single precision does not hold.
  case exceedsPrecision(path: String, variable: String, sample: Int, index: [Int], value: Double)
  case tooFewSamples(path: String, asked: Int, present: Int, parts: String)
  case overlap(path: String, fitted: Int, test: Int, present: Int)
  case stride(path: String, axis: String, points: Int, stride: Int, boundary: String)
  case badCoordinate(path: String, name: String, reason: String)
  case testDiffers(path: String, trainPath: String, what: String)
  case tooLarge(path: String, bytes: Int, memory: Int)
  case nonFiniteResult(path: String, variable: String, sample: Int, index: [Int])
  case cannotWrite(path: String, action: String, reason: String)
  case otherGrid(kind: String, fitted: [Int], asked: [Int])
  case scatteredPoints(kind: String)
  case badNormalizer(source: String, reason: String)
  case badDescription(source: String)
}

extension DatasetsError: Diagnosable {
  public var diagnostic: Diagnostic {
    switch self {
    case .missing(let path, let reason):
      Diagnostic(
        "data.missing", exit: .badInput, "cannot open the dataset '\(path)'", at: path, why: reason,
        fix: "check the path; relative paths start at the current directory")
    case .unknownFormat(let path, let known):
      Diagnostic(
        "data.format", exit: .badInput, "'\(path)' is not a dataset", at: path,
        why: "its first bytes belong to none of the known formats: \(known.joined(separator: ", "))",
        fix: "give a file of one of these formats, or make one with opkit generate")
    case .unreadable(let path, let object, let action, let reason):
      Diagnostic(
        "data.corrupt", exit: .badInput, "cannot \(action)", at: object.map { "\(path): \($0)" } ?? path,
        why: reason, fix: "copy or generate the file again")
    case .noSuchVariable(let path, let name, let role, let known):
      Diagnostic(
        "data.variable", exit: .badInput, "no variable '\(name)' for the \(role)", at: path,
        why: known.isEmpty ? "the file has no variables" : "the file has \(known.joined(separator: ", "))",
        fix: nearestName(to: name, among: known).map { "name '\($0)' instead" }
          ?? (role == "task"
            ? "name one of them"
            : "give a file that has it; before training, data.\(role == "mask" ? "mask" : "mapping") may name another")
      )
    case .notNumeric(let path, let variable, let type):
      Diagnostic(
        "data.type", exit: .badInput, "variable '\(variable)' holds no real numbers",
        at: "\(path): \(variable)",
        why: "its element type is \(type)", fix: "store it as float32 or float64")
    case .unusableShape(let path, let variable, let shape, let reason, let fix):
      Diagnostic(
        "data.shape", exit: .badInput, "variable '\(variable)' has shape \(words(shape))",
        at: "\(path): \(variable)", why: reason, fix: fix)
    case .differentShapes(let path, let first, let firstShape, let second, let secondShape, let what):
      Diagnostic(
        "data.shape", exit: .badInput, "'\(first)' and '\(second)' have different \(what)", at: path,
        why: "'\(first)' has shape \(words(firstShape)), '\(second)' has \(words(secondShape))",
        fix: "use variables with the same samples on the same grid")
    case .noMapping(let path, let known):
      Diagnostic(
        "data.mapping", exit: .badInput, "the file does not say what is to be learned from it", at: path,
        why: "it has neither the attribute opkit_mapping nor variables x and y; it has "
          + (known.isEmpty ? "no variables" : known.joined(separator: ", ")),
        fix: "set data.mapping, for example {\"type\": \"steady\", \"inputs\": […], \"outputs\": […]}")
    case .badMapping(let path, let reason):
      Diagnostic(
        "data.mapping", exit: .badInput, "the attribute opkit_mapping cannot be understood", at: path,
        why: reason, fix: "set data.mapping in the configuration")
    case .tooFewTimes(let path, let variable, let times, let needed, let why):
      Diagnostic(
        "data.times", exit: .badInput, "'\(variable)' has \(times) \(times == 1 ? "time" : "times")",
        at: "\(path): \(variable)", why: "\(why), which takes at least \(needed)",
        fix: times == 0 ? "choose a time-dependent variable" : "use fewer steps, or data with more times")
    case .badMask(let path, let variable, let reason):
      Diagnostic(
        "data.mask", exit: .badInput, "'\(variable)' cannot be a mask", at: "\(path): \(variable)",
        why: reason, fix: "name a field of zeros and ones in data.mask, or remove data.mask")
    case .nonFinite(let path, let variable, let sample, let index):
      Diagnostic(
        "data.non-finite", exit: .badInput,
        "'\(variable)' holds a value that is not finite: sample \(sample), index \(words(index))",
        at: "\(path): \(variable)", why: "a model cannot be trained or measured on NaN or infinite values",
        fix: "remove the sample or repair the file; opkit inspect counts such values")
    case .exceedsPrecision(let path, let variable, let sample, let index, let value):
      Diagnostic(
        "data.precision", exit: .badInput,
        "'\(variable)' holds \(value) in sample \(sample), index \(words(index))", at: "\(path): \(variable)",
        why: "single precision ends at 3.4e38",
        fix: "set training.precision to \"float64\", or store the field in another unit")
    case .tooFewSamples(let path, let asked, let present, let parts):
      Diagnostic(
        "data.samples", exit: .badInput, "\(asked) samples are asked for and \(present) are present",
        at: path,
        why: "asked for are \(parts)", fix: "ask for at most \(present) in all, or generate more")
    case .overlap(let path, let fitted, let test, let present):
      Diagnostic(
        "data.samples", exit: .badInput, "training and test samples overlap", at: path,
        why: "the first \(fitted) and the last \(test) of \(present) samples have some in common",
        fix: "ask for at most \(present) in all, or name another file in data.testPath")
    case .stride(let path, let axis, let points, let stride, let boundary):
      Diagnostic(
        "data.stride", exit: .badInput,
        "\(points) points on axis \(axis) cannot be thinned by \(stride)", at: path,
        why: strideRule(boundary), fix: strideRemedy(points, stride, boundary))
    case .badCoordinate(let path, let name, let reason):
      Diagnostic(
        "data.coordinate", exit: .badInput, "coordinate '\(name)' is unusable", at: "\(path): \(name)",
        why: reason, fix: "store finite, increasing values")
    case .testDiffers(let path, let trainPath, let what):
      Diagnostic(
        "data.test", exit: .badInput, "the test data have other \(what) than the training data", at: path,
        why: "training data: \(trainPath)", fix: "use a test file with the same variables and axes")
    case .tooLarge(let path, let bytes, let memory):
      Diagnostic(
        "data.memory", exit: .badInput, "the chosen samples take \(gibibytes(bytes)) of memory", at: path,
        why: "this machine has \(gibibytes(memory))",
        fix: "use fewer samples, a larger data.stride, or float32")
    case .nonFiniteResult(let path, let variable, let sample, let index):
      Diagnostic(
        "output.non-finite", exit: .numericalFailure,
        "sample \(sample) of '\(variable)' is not finite at \(words(index))", at: "\(path): \(variable)",
        why: "the computation gave NaN or a number too large for the stored type; nothing was written",
        fix: "check the parameters or the inputs that it was computed from, or store float64")
    case .cannotWrite(let path, let action, let reason):
      Diagnostic(
        "output.write", exit: .cannotWrite, "cannot \(action)", at: path, why: reason,
        fix: "check free space and permissions; nothing was left behind")
    case .otherGrid(let kind, let fitted, let asked):
      Diagnostic(
        "data.normalizer", exit: .badInput, "normalisation '\(kind)' does not fit a grid of \(words(asked))",
        why: "it holds one mean and scale per point of the training grid \(words(fitted))",
        fix: "evaluate on the training grid, or train with the normalisation \"channel\"")
    case .scatteredPoints(let kind):
      Diagnostic(
        "data.normalizer", exit: .badInput,
        "normalisation '\(kind)' does not fit outputs at scattered points",
        at: "data.normalization.output",
        why: "each sample has points of its own, and it has one scale per point",
        fix: "set data.normalization.output to \"channel\" or \"none\"")
    case .badNormalizer(let source, let reason):
      Diagnostic(
        "data.normalizer", exit: .badInput, "the stored normalisation is damaged", at: source, why: reason,
        fix: "use a checkpoint that was written completely")
    case .badDescription(let source):
      Diagnostic(
        "data.outputs", exit: .badInput, "the description of the outputs cannot be used", at: source,
        why:
          "a field is named like a dimension or twice, or fields have different times, or a part is missing",
        fix: "use a checkpoint that was written completely, trained on distinctly named outputs")
    }
  }

  private func words(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }

  private func gibibytes(_ bytes: Int) -> String {
    let tenths = Int((Double(bytes) / 0x1p30 * 10).rounded(.up))
    return "\(tenths / 10).\(tenths % 10) GiB"
  }

  private func strideRule(_ boundary: String) -> String {
    switch boundary {
    case "periodic": "on a periodic axis the stride must divide the number of points"
    case "closed": "on an axis with both end points the stride must divide the number of intervals"
    default: "on an axis of cell centres the stride must be odd and divide the number of points"
    }
  }

  private func strideRemedy(_ points: Int, _ stride: Int, _ boundary: String) -> String {
    if boundary == "periodic", points > 1, (points - 1) % stride == 0 {
      return "if the points include both ends of the domain, set data.boundary to \"closed\""
    }
    let length = boundary == "closed" ? points - 1 : points
    let allowed = (1...max(1, min(length, 64))).filter {
      length % $0 == 0 && (boundary != "cellCentred" || $0 % 2 == 1)
    }
    let list = allowed.map(String.init).joined(separator: ", ")
    return "set data.stride, times each of data.strides, to one of \(list)"
  }
}

/// The one-line statement of an error from another module.
func sentence(of error: any Error) -> String {
  guard let diagnostic = (error as? any Diagnosable)?.diagnostic else { return "\(error)" }
  return diagnostic.location.map { "\(diagnostic.summary) (\($0))" } ?? diagnostic.summary
}
