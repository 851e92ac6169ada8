import Tensors
import Testing

@Suite("Worker pool") struct WorkerPoolTests {
  @Test("does every task once, with any number of workers", arguments: [1, 2, 3, 8])
  func everyTask(_ workers: Int) {
    let pool = WorkerPool(workerCount: workers)
    let counts = HostBuffer(count: 1000, precision: .float64)
    for _ in 0..<200 { pool.forEach(1000) { task, _ in counts[task] += 1 } }
    #expect(counts.doubles.allSatisfy { $0 == 200 })
  }

  @Test("names workers below their number")
  func workerNumbers() {
    let pool = WorkerPool(workerCount: 3)
    let seen = HostBuffer(count: 500, precision: .float64)
    pool.forEach(500) { task, worker in seen[task] = Double(worker) }
    #expect(seen.doubles.allSatisfy { (0..<3).contains(Int($0)) })
  }
}
