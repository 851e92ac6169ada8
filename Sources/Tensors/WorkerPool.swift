import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Persistent worker threads that share out numbered tasks.
///
/// The calling thread is worker 0. Idle workers spin briefly, then sleep, so that short parallel
/// phases cost about a microsecond and a waiting program costs nothing. Which worker runs which task
/// is not determined; callers make results independent of it by giving each task its own output.
public final class WorkerPool: Sendable {
  public let workerCount: Int
  private let shared: Shared

  /// - Parameter workerCount: threads including the caller; at least 1.
  public init(workerCount: Int) {
    precondition(workerCount >= 1)
    self.workerCount = workerCount
    shared = Shared()
    for worker in 1..<max(1, workerCount) { shared.start(worker: worker) }
  }

  deinit { shared.shutDown() }

  /// Runs `body(task, worker)` for every task in `0..<count` and returns when all are done.
  public func forEach(_ count: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    if workerCount == 1 || count <= 1 {
      for task in 0..<count { body(task, 0) }
      return
    }
    withoutActuallyEscaping(body) { shared.run(count, $0) }
  }

  /// ``forEach(_:_:)`` for a body that the caller keeps: handing it over allocates nothing.
  public func repeatKept(_ count: Int, _ body: @escaping (_ task: Int, _ worker: Int) -> Void) {
    if workerCount == 1 || count <= 1 {
      for task in 0..<count { body(task, 0) }
    } else {
      shared.run(count, body)
    }
  }
}

/// State shared by the threads of a pool. A helper that wakes joins through `gate` and may touch `job` only if it found
/// the gate open; the caller closes it when no task is left and waits for those inside. So `job` is written only while
/// nobody is inside, and nobody waits for a helper that another program keeps from its processor.
private final class Shared: @unchecked Sendable {
  private struct Job {
    var count: Int
    var body: (Int, Int) -> Void
  }

  /// Added to `gate` while a job runs; the rest of it counts the helpers inside.
  private static let open = 1 << 32
  private var job: Job?
  private let generation = Atomic<Int>(0)
  private let next = Atomic<Int>(0)
  private let gate = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  private var stopped = false

  init() {
    mutex = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(mutex)
    wake.deallocate()
    mutex.deallocate()
  }

  func start(worker: Int) {
    let context = Unmanaged.passRetained(StartContext(shared: self, worker: worker))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        let context = Unmanaged<StartContext>.fromOpaque(argument!).takeRetainedValue()
        context.shared.work(as: context.worker)
        return nil
      }, context.toOpaque())
    guard status == 0 else {
      // Without this one the others do its part: tasks are taken, not assigned.
      context.release()
      return
    }
    pthread_detach(thread)
  }

  func run(_ count: Int, _ body: @escaping (Int, Int) -> Void) {
    job = Job(count: count, body: body)
    next.store(0, ordering: .relaxed)
    gate.add(Shared.open, ordering: .releasing)
    announce()
    drain(worker: 0, count: count, body)
    gate.subtract(Shared.open, ordering: .acquiringAndReleasing)
    var spins = 0
    while gate.load(ordering: .acquiring) != 0 { pause(&spins) }
    job = nil
  }

  func shutDown() {
    stopped = true
    announce()
  }

  private func announce() {
    generation.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }
  }

  private func work(as worker: Int) {
    var seen = 0
    while true {
      seen = waitForGeneration(after: seen)
      if stopped { return }
      if gate.add(1, ordering: .acquiringAndReleasing).oldValue >= Shared.open, let job {
        drain(worker: worker, count: job.count, job.body)
      }
      gate.subtract(1, ordering: .acquiringAndReleasing)
    }
  }

  private func drain(worker: Int, count: Int, _ body: (Int, Int) -> Void) {
    while true {
      let task = next.add(1, ordering: .relaxed).oldValue
      if task >= count { return }
      body(task, worker)
    }
  }

  private func waitForGeneration(after seen: Int) -> Int {
    for spin in 0..<20_000 {
      let now = generation.load(ordering: .acquiring)
      if now != seen { return now }
      if spin > 4_000 { sched_yield() }
    }
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while generation.load(ordering: .sequentiallyConsistent) == seen { pthread_cond_wait(wake, mutex) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
    return generation.load(ordering: .acquiring)
  }

  private func pause(_ spins: inout Int) {
    spins += 1
    if spins > 4_000 { sched_yield() }
  }
}

private final class StartContext {
  let shared: Shared
  let worker: Int
  init(shared: Shared, worker: Int) {
    self.shared = shared
    self.worker = worker
  }
}
