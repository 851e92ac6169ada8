import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Results of numbered tasks on their way to a consumer that takes them in order, whoever finishes first.
///
/// The worker whose result completes the line hands it on, and whatever waits behind it, while the others go on with
/// their tasks: nobody waits for the consumer, and there is no end of a round at which workers stand idle. At most
/// `capacity` tasks are open at a time, so memory does not grow with their number.
///
/// The first error in the order of the tasks, of a task or of the consumer, ends everything, whatever the workers' speed.
package final class OrderedDelivery<Value: Sendable>: Sendable {
  private struct State {
    var waiting: [Int: Result<Value, any Error>] = [:]
    /// The task whose result the consumer gets next, or has now.
    var next = 0
    var isConsuming = false
    var isClosed = false
    var failure: (any Error)?
  }

  private let capacity: Int
  private let state = Mutex(State())

  /// - Parameter capacity: tasks that may be open at a time: at least the number of workers.
  package init(capacity: Int) {
    precondition(capacity >= 1)
    self.capacity = capacity
  }

  /// Waits until `task` may begin; false where it is not to be done any more.
  ///
  /// Tasks are begun in order, so the one that the consumer waits for is always at work and no wait is without end.
  package func mayBegin(_ task: Int) -> Bool {
    while true {
      let (isClosed, isNear) = state.withLock { ($0.isClosed, task < $0.next + capacity) }
      if isClosed { return false }
      if isNear { return true }
      usleep(500)
    }
  }

  /// Takes the result of a task and lets `consume` have all results that are now in line.
  ///
  /// `consume` is called by one thread at a time.
  package func deliver(
    _ result: Result<Value, any Error>, of task: Int, _ consume: (Value) throws -> Void
  ) {
    state.withLock { $0.waiting[task] = result }
    while let result = takeNext() {
      do {
        try consume(result.get())
        state.withLock {
          $0.next += 1
          $0.isConsuming = false
        }
      } catch {
        state.withLock {
          $0.failure = error
          $0.isClosed = true
        }
        return
      }
    }
  }

  /// Results that the consumer has taken.
  package var count: Int { state.withLock { $0.next } }

  /// No further task begins.
  package func close() { state.withLock { $0.isClosed = true } }

  /// Throws the error that ended the delivery, if there was one.
  package func check() throws {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  private func takeNext() -> Result<Value, any Error>? {
    state.withLock { state in
      guard !state.isConsuming, state.failure == nil,
        let result = state.waiting.removeValue(forKey: state.next)
      else {
        return nil
      }
      state.isConsuming = true
      return result
    }
  }
}
