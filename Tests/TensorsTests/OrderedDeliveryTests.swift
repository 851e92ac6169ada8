import Synchronization
import Tensors
import Testing

@Suite("Ordered delivery") struct OrderedDeliveryTests {
  private struct Refused: Error, Equatable { let task: Int }

  /// Squares of the tasks as the consumer saw them, and the most tasks that were open at a time.
  private func run(
    _ tasks: Int, workers: Int, capacity: Int, failing: Set<Int> = [], refusing: Int? = nil
  ) -> (seen: [Int], mostOpen: Int, error: (any Error)?) {
    let pool = WorkerPool(workerCount: workers)
    let delivery = OrderedDelivery<Int>(capacity: capacity)
    let open = Atomic(0)
    let mostOpen = Atomic(0)
    var seen: [Int] = []
    pool.forEach(tasks) { task, worker in
      guard delivery.mayBegin(task) else { return }
      mostOpen.max(open.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
      // Tasks take unequal times, so that they finish out of order.
      var turns = 0
      for turn in 0..<(task % 7 * 2_000) { turns &+= turn ^ worker }
      let result = Result {
        if failing.contains(task) || turns == .min { throw Refused(task: task) } else { task * task }
      }
      delivery.deliver(result, of: task) {
        if $0 == refusing { throw Refused(task: -1) }
        seen.append($0)
        open.subtract(1, ordering: .relaxed)
      }
    }
    var error: (any Error)?
    do { try delivery.check() } catch let thrown { error = thrown }
    return (seen, mostOpen.load(ordering: .relaxed), error)
  }

  @Test("hands on every result once and in order", arguments: [1, 2, 3, 8])
  func inOrder(_ workers: Int) {
    for _ in 0..<20 {
      let (seen, mostOpen, error) = run(400, workers: workers, capacity: 10)
      #expect(seen == (0..<400).map { $0 * $0 })
      #expect(mostOpen <= 10)
      #expect(error == nil)
    }
  }

  @Test("ends with the first error in the order of the tasks", arguments: [1, 2, 4])
  func firstError(_ workers: Int) {
    for _ in 0..<20 {
      let (seen, _, error) = run(200, workers: workers, capacity: 8, failing: [43, 41, 60])
      #expect(seen == (0..<41).map { $0 * $0 })
      #expect(error as? Refused == Refused(task: 41))
    }
  }

  @Test("ends with the consumer's error") func consumerError() {
    let (seen, _, error) = run(200, workers: 3, capacity: 8, refusing: 900)
    #expect(seen == (0..<30).map { $0 * $0 })
    #expect(error as? Refused == Refused(task: -1))
  }

  @Test("begins nothing after it was closed") func closed() {
    let delivery = OrderedDelivery<Int>(capacity: 4)
    #expect(delivery.mayBegin(0))
    delivery.close()
    #expect(!delivery.mayBegin(1))
  }
}
