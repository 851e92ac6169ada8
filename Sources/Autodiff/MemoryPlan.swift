/// Places arrays with known lifetimes in one block of memory, so that arrays alive at the same time never overlap
/// and the block is small.
///
/// Greedy by size: the largest array first, each at the lowest place that is free during its life.
struct MemoryPlan {
  /// An array: its size and the first and last moment at which it must hold its contents.
  struct Request {
    var elements: Int
    var first: Int
    var last: Int
  }

  private(set) var offsets: [Int]
  private(set) var total = 0

  init(_ requests: [Request]) {
    offsets = [Int](repeating: 0, count: requests.count)
    var placed: [(request: Int, start: Int, end: Int)] = []
    let order = requests.indices.sorted { (requests[$1].elements, $0) < (requests[$0].elements, $1) }
    for index in order {
      let request = requests[index]
      let size = MemoryPlan.padded(request.elements)
      var start = 0
      // `placed` is sorted by start, so the first gap wide enough is the lowest.
      for other in placed {
        let its = requests[other.request]
        if its.last < request.first || its.first > request.last { continue }
        if other.start >= start + size { break }
        start = max(start, other.end)
      }
      offsets[index] = start
      total = max(total, start + size)
      let position = placed.firstIndex { $0.start > start } ?? placed.endIndex
      placed.insert((index, start, start + size), at: position)
    }
  }

  /// Whole cache lines; large arrays also get an odd number of extra lines, because streams whose addresses agree
  /// modulo 4 KiB slow each other down.
  private static func padded(_ elements: Int) -> Int {
    let lines = (elements + 15) & ~15
    return elements >= 4096 ? ((lines + 1023) & ~1023) + 5 * 16 : lines
  }
}
