import Tensors

/// How a weight follows from parameters: recorded once, run once per update.
public struct Derivation: Sendable {
  /// Where the weight lies in the flat memory; operations read it like a parameter.
  public let target: Parameter
  let record: @Sendable (Graph) -> Variable
}

/// The weights of a model that are computed from its parameters: factorised spectral weights, say.
///
/// Lanes share one computation: ``compute(in:pool:)`` fills the weights before the lanes run, lanes write the gradients
/// of the weights as they do for parameters, and after these have been summed ``pullBack(values:gradients:pool:)``
/// turns them into the parameters' gradients. The cost does not grow with the batch or with the number of lanes.
public final class DerivedWeights {
  private struct Entry {
    var target: Parameter
    var result: Variable
    var program: Program
    var memory: FrameMemory
  }

  private let entries: [Entry]
  /// Of each entry, for the memory that is computed in; kept so that an update allocates nothing.
  private var frames: (values: HostBuffer, gradients: HostBuffer?, all: [Frame])?
  private lazy var computing: (Int, Int) -> Void = { [unowned self] index, _ in compute(index) }
  private lazy var pulling: (Int, Int) -> Void = { [unowned self] index, _ in pullBack(index) }

  /// - Parameter trains: whether gradients will be pulled back, which keeps intermediate values.
  public init(_ derivations: [Derivation], precision: Precision, trains: Bool) {
    var owners = Set<ObjectIdentifier>()
    entries = derivations.map { derivation in
      let graph = Graph(precision: precision)
      let result = derivation.record(graph)
      precondition(result.shape.count == derivation.target.count, "\(derivation.target.name): other size")
      let program = Program(graph, results: [result], loss: trains ? result : nil)
      for parameter in program.parameters {
        precondition(
          owners.insert(ObjectIdentifier(parameter)).inserted, "\(parameter.name) serves two derived weights")
      }
      let memory = FrameMemory(precision: precision)
      memory.reserve(for: program)
      return Entry(target: derivation.target, result: result, program: program, memory: memory)
    }
  }

  /// Places of the weights in the flat memory.
  public var targets: [Parameter] { entries.map(\.target) }

  /// Bytes of intermediate values.
  public var byteCount: Int { entries.reduce(0) { $0 + $1.memory.byteCount } }

  /// Computes the weights from the parameters in `values`, where both lie.
  public func compute(in values: HostBuffer, pool: WorkerPool? = nil) {
    if entries.isEmpty { return }
    if frames?.values !== values { makeFrames(values, nil) }
    run(pool, computing)
  }

  private func compute(_ index: Int) {
    guard let frames else { return }
    let (entry, frame) = (entries[index], frames.all[index])
    entry.program.forward(in: frame)
    Kernels(frames.values.precision).copy(
      entry.program.values(of: entry.result, in: frame), into: frames.values.slice(from: entry.target.offset))
  }

  /// Writes the parameters' gradients, given those of the weights, after ``compute(in:pool:)`` with the same values.
  public func pullBack(values: HostBuffer, gradients: HostBuffer, pool: WorkerPool? = nil) {
    if entries.isEmpty { return }
    if frames?.values !== values || frames?.gradients !== gradients { makeFrames(values, gradients) }
    run(pool, pulling)
  }

  private func pullBack(_ index: Int) {
    guard let frames, let gradients = frames.gradients else { return }
    let entry = entries[index]
    entry.program.backward(
      in: frames.all[index], from: gradients.slice(from: entry.target.offset, length: entry.target.count))
  }

  private func makeFrames(_ values: HostBuffer, _ gradients: HostBuffer?) {
    frames = (
      values, gradients,
      entries.map {
        Frame($0.program, parameters: values, gradients: gradients, memory: $0.memory)
      }
    )
  }

  private func run(_ pool: WorkerPool?, _ task: @escaping (Int, Int) -> Void) {
    if let pool {
      pool.repeatKept(entries.count, task)
    } else {
      for index in entries.indices { task(index, 0) }
    }
  }
}
