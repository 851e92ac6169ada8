/// Works out when each array of a graph must exist, and turns recorded operations into steps with places.
struct LifetimePlan {
  private let graph: Graph
  private let results: Set<Int>
  private let loss: Int?
  private let receivesGradient: [Bool]
  private let order: RunOrder
  private let producer: [Int: Int]
  private var requests: [MemoryPlan.Request] = []
  /// Arrays that the forward pass uses, and those of an operation that runs again for its backward pass.
  private var values: [Int?]
  private var replayedValues: [Int?]
  private var gradients: [Int?]
  private var forward: [Arrays] = []
  private var backward: [Arrays] = []
  private(set) var memory = MemoryPlan([])

  /// Requests of one operation besides values and gradients.
  private struct Arrays {
    var residuals: [Int] = []
    var saved: [Int] = []
    var forwardScratch: [Int] = []
    var backwardScratch: [Int] = []
  }

  init(_ graph: Graph, results: [Int], loss: Int?, segments: [Range<Int>]) {
    self.graph = graph
    self.results = Set(results)
    self.loss = loss
    let receives = LifetimePlan.receivers(graph, loss: loss)
    receivesGradient = receives
    order = RunOrder(
      graph.operations, differentiates: graph.operations.map { receives[$0.output] }, segments: segments)
    producer = Dictionary(uniqueKeysWithValues: graph.operations.enumerated().map { ($1.output, $0) })
    values = Array(repeating: nil, count: graph.values.count)
    replayedValues = values
    gradients = values
    solve()
  }

  /// The plan of one pass forward and one backward; with `recompute`, the one among several cuttings into segments that
  /// needs least memory.
  static func best(_ graph: Graph, results: [Int], loss: Int?, recompute: Bool) -> LifetimePlan {
    let count = graph.operations.count
    var best = LifetimePlan(graph, results: results, loss: loss, segments: [0..<count])
    guard recompute, loss != nil, count > 1 else { return best }
    for parts in 2...min(count, 32) {
      let plan = LifetimePlan(
        graph, results: results, loss: loss, segments: RunOrder.segments(graph, count: parts))
      if plan.memory.total < best.memory.total { best = plan }
    }
    return best
  }

  /// Variables on a path from something trainable to the loss.
  private static func receivers(_ graph: Graph, loss: Int?) -> [Bool] {
    var receives = [Bool](repeating: false, count: graph.values.count)
    guard let loss else { return receives }
    receives[loss] = graph.values[loss].needsGradient
    for operation in graph.operations.reversed() where receives[operation.output] {
      for input in operation.inputs where graph.values[input].needsGradient { receives[input] = true }
    }
    return receives
  }

  private mutating func request(_ elements: Int, _ first: Int, _ last: Int) -> Int {
    requests.append(.init(elements: elements, first: first, last: last))
    return requests.count - 1
  }

  private mutating func solve() {
    let end = order.entries.count
    // An input is written before the run, and callers may run a frame again without writing it anew.
    for id in graph.inputIDs { values[id] = request(graph.values[id].shape.count, 0, end) }
    for (index, operation) in graph.operations.enumerated() {
      let count = graph.values[operation.output].shape.count
      let (again, back) = (order.replay[index], order.backward[index])
      values[operation.output] = request(count, index, index)
      let isKept = again == nil && back != nil
      let last = isKept ? back ?? index : index
      forward.append(
        Arrays(
          residuals: operation.residuals.map { request($0, index, last) },
          saved: isKept ? operation.saved.map { request($0, index, last) } : [],
          forwardScratch: operation.forwardScratch.map { request($0, index, index) }))
      var later = forward[index]
      if let again {
        replayedValues[operation.output] = request(count, again, again)
        later.residuals = operation.residuals.map { request($0, again, back ?? again) }
        later.saved = back == nil ? [] : operation.saved.map { request($0, again, back ?? again) }
        later.forwardScratch = operation.forwardScratch.map { request($0, again, again) }
      }
      if let back { later.backwardScratch = operation.backwardScratch.map { request($0, back, back) } }
      backward.append(later)
      for (input, keeps) in zip(operation.inputs, operation.keepsInputs) {
        extend(values[input], to: index)
        if let again { extend(seen(input, by: index), to: again) }
        if keeps, let back { extend(seen(input, by: index), to: back) }
      }
      if operation.keepsOutput, let back { extend(seen(operation.output, by: index), to: back) }
    }
    for id in results { extend(values[id], to: end) }
    for (moment, entry) in order.entries.enumerated() where entry.direction == .backward {
      let operation = graph.operations[entry.operation]
      touchGradient(operation.output, at: moment)
      for input in operation.inputs where receivesGradient[input] { touchGradient(input, at: moment) }
    }
    if let loss, gradients[loss] != nil { touchGradient(loss, at: graph.operations.count) }
    for id in graph.inputIDs where gradients[id] != nil { touchGradient(id, at: end) }
    memory = MemoryPlan(requests)
  }

  /// The array in which an operation that runs again, or backward, finds a value.
  private func seen(_ value: Int, by operation: Int) -> Int? {
    if let source = producer[value], order.segment[source] == order.segment[operation],
      let again = replayedValues[value]
    {
      return again
    }
    return values[value]
  }

  private mutating func extend(_ request: Int?, to moment: Int) {
    guard let request else { preconditionFailure("a variable is used before it is computed") }
    requests[request].last = max(requests[request].last, moment)
  }

  private mutating func touchGradient(_ id: Int, at moment: Int) {
    if let index = gradients[id] {
      requests[index].first = min(requests[index].first, moment)
      requests[index].last = max(requests[index].last, moment)
    } else {
      gradients[id] = request(graph.values[id].shape.count, moment, moment)
    }
  }

  private func place(_ request: Int) -> Program.Place {
    Program.Place(offset: memory.offsets[request], count: requests[request].elements)
  }

  var valuePlaces: [Int: Program.Place] {
    var places: [Int: Program.Place] = [:]
    for id in results.union(graph.inputIDs) { places[id] = values[id].map(place) }
    return places
  }

  var gradientPlaces: [Int: Program.Place] {
    var places: [Int: Program.Place] = [:]
    for id in graph.inputIDs + (loss.map { [$0] } ?? []) { places[id] = gradients[id].map(place) }
    return places
  }

  /// Steps of the forward pass, in order.
  func forwardSteps() -> [Program.Step] {
    graph.operations.indices.map { index in
      step(index, forward[index], value: { values[$0] }, inputGradients: [], parameterAccumulates: [])
    }
  }

  /// Steps of the backward pass in order, those that run forward again among them.
  func backwardSteps() -> [(direction: RunOrder.Direction, step: Program.Step)] {
    var written = Set<Int>()
    var writtenParameters = Set<ObjectIdentifier>()
    return order.entries.dropFirst(graph.operations.count).map { direction, index in
      let operation = graph.operations[index]
      var inputGradients: [Program.GradientUse?] = []
      var parameterAccumulates: [Bool] = []
      if direction == .backward {
        inputGradients = operation.inputs.map { input in
          gradients[input].map {
            Program.GradientUse(place: place($0), accumulates: !written.insert(input).inserted)
          }
        }
        parameterAccumulates = operation.parameters.map {
          !writtenParameters.insert(ObjectIdentifier($0)).inserted
        }
      }
      return (
        direction,
        step(
          index, backward[index], value: { seen($0, by: index) }, inputGradients: inputGradients,
          parameterAccumulates: parameterAccumulates)
      )
    }
  }

  private func step(
    _ index: Int, _ arrays: Arrays, value: (Int) -> Int?, inputGradients: [Program.GradientUse?],
    parameterAccumulates: [Bool]
  ) -> Program.Step {
    let operation = graph.operations[index]
    return Program.Step(
      operation: index, inputs: operation.inputs.compactMap { value($0).map(place) },
      output: place(value(operation.output) ?? 0), residuals: arrays.residuals.map(place),
      saved: arrays.saved.map(place), forwardScratch: arrays.forwardScratch.map(place),
      backwardScratch: arrays.backwardScratch.map(place), parameters: operation.parameters,
      parameterAccumulates: parameterAccumulates, constants: operation.constants,
      outputGradient: gradients[operation.output].map(place), inputGradients: inputGradients,
      body: (operation.forward, operation.backward))
  }
}
