/// Works out when each array of a graph must exist, and turns recorded operations into steps with places.
///
/// Moments: operation i runs forward at i and backward at 2n − 1 − i, n operations in all.
struct LifetimePlan {
  private let graph: Graph
  private let results: Set<Int>
  private let loss: Int?
  private var requests: [MemoryPlan.Request] = []
  private var valueRequest: [Int?]
  private var gradientRequest: [Int?]
  private var residualRequests: [[Int]] = []
  private var forwardScratchRequests: [[Int]] = []
  private var backwardScratchRequests: [[Int]] = []
  private(set) var memory = MemoryPlan([])

  init(_ graph: Graph, results: [Int], loss: Int?) {
    self.graph = graph
    self.results = Set(results)
    self.loss = loss
    valueRequest = Array(repeating: nil, count: graph.values.count)
    gradientRequest = Array(repeating: nil, count: graph.values.count)
  }

  private var count: Int { graph.operations.count }
  private func backwardMoment(_ operation: Int) -> Int { 2 * count - 1 - operation }

  /// Variables on a path from something trainable to the loss.
  private lazy var receivesGradient: [Bool] = {
    var receives = [Bool](repeating: false, count: graph.values.count)
    guard let loss else { return receives }
    receives[loss] = graph.values[loss].needsGradient
    for operation in graph.operations.reversed() where receives[operation.output] {
      for input in operation.inputs where graph.values[input].needsGradient { receives[input] = true }
    }
    return receives
  }()

  private mutating func request(_ elements: Int, _ first: Int, _ last: Int) -> Int {
    requests.append(.init(elements: elements, first: first, last: last))
    return requests.count - 1
  }

  mutating func solve() {
    let last = 2 * count
    for id in graph.inputIDs { valueRequest[id] = request(graph.values[id].shape.count, 0, 0) }
    for (index, operation) in graph.operations.enumerated() {
      let differentiates = receivesGradient[operation.output]
      let back = backwardMoment(index)
      valueRequest[operation.output] = request(graph.values[operation.output].shape.count, index, index)
      residualRequests.append(operation.residuals.map { request($0, index, differentiates ? back : index) })
      forwardScratchRequests.append(operation.forwardScratch.map { request($0, index, index) })
      backwardScratchRequests.append(
        differentiates ? operation.backwardScratch.map { request($0, back, back) } : [])
      for (position, input) in operation.inputs.enumerated() {
        extendValue(input, to: differentiates && operation.keepsInputs[position] ? back : index)
      }
      if differentiates && operation.keepsOutput { extendValue(operation.output, to: back) }
    }
    for id in results { extendValue(id, to: last) }
    // An input is written before the run, and callers may run a frame again without writing it anew.
    for id in graph.inputIDs { extendValue(id, to: last) }
    for index in graph.operations.indices.reversed() where receivesGradient[graph.operations[index].output] {
      let operation = graph.operations[index]
      let back = backwardMoment(index)
      touchGradient(operation.output, at: back)
      for input in operation.inputs where receivesGradient[input] { touchGradient(input, at: back) }
    }
    if let loss, gradientRequest[loss] != nil { touchGradient(loss, at: count) }
    for id in graph.inputIDs where gradientRequest[id] != nil { touchGradient(id, at: last) }
    memory = MemoryPlan(requests)
  }

  private mutating func extendValue(_ id: Int, to moment: Int) {
    guard let index = valueRequest[id] else {
      preconditionFailure("a variable is used before it is computed")
    }
    requests[index].last = max(requests[index].last, moment)
  }

  private mutating func touchGradient(_ id: Int, at moment: Int) {
    if let index = gradientRequest[id] {
      requests[index].first = min(requests[index].first, moment)
      requests[index].last = max(requests[index].last, moment)
    } else {
      gradientRequest[id] = request(graph.values[id].shape.count, moment, moment)
    }
  }

  private func place(_ request: Int) -> Program.Place {
    Program.Place(offset: memory.offsets[request], count: requests[request].elements)
  }

  var valuePlaces: [Int: Program.Place] {
    var places: [Int: Program.Place] = [:]
    for id in results.union(graph.inputIDs) { places[id] = valueRequest[id].map(place) }
    return places
  }

  var gradientPlaces: [Int: Program.Place] {
    var places: [Int: Program.Place] = [:]
    for id in graph.inputIDs + (loss.map { [$0] } ?? []) { places[id] = gradientRequest[id].map(place) }
    return places
  }

  func steps() -> [Program.Step] {
    var written = Set<Int>()
    var writtenParameters = Set<ObjectIdentifier>()
    var steps: [Program.Step] = []
    for index in graph.operations.indices.reversed() {
      let operation = graph.operations[index]
      let gradient = gradientRequest[operation.output].map(place)
      var inputGradients: [Program.GradientUse?] = []
      for input in operation.inputs {
        guard gradient != nil, let request = gradientRequest[input] else {
          inputGradients.append(nil)
          continue
        }
        inputGradients.append(.init(place: place(request), accumulates: !written.insert(input).inserted))
      }
      let parameterAccumulates = operation.parameters.map {
        gradient != nil && !writtenParameters.insert(ObjectIdentifier($0)).inserted
      }
      steps.append(
        Program.Step(
          name: operation.name, inputs: operation.inputs.compactMap { valueRequest[$0].map(place) },
          output: place(valueRequest[operation.output] ?? 0), residuals: residualRequests[index].map(place),
          forwardScratch: forwardScratchRequests[index].map(place),
          backwardScratch: backwardScratchRequests[index].map(place), parameters: operation.parameters,
          parameterAccumulates: parameterAccumulates, constants: operation.constants,
          outputGradient: gradient,
          inputGradients: inputGradients, forward: operation.forward, backward: operation.backward))
    }
    return steps.reversed()
  }
}
