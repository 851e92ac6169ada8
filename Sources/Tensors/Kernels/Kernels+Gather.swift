import CKernels

/// A sparse matrix by rows, for maps between grids: entries of row r stand at `starts[r] ..< starts[r + 1]`.
public struct SparseRows: Sendable {
  let starts: [Int32]
  let indices: [Int32]
  let weights: [Double]
  public let columns: Int
  public var rows: Int { starts.count - 1 }

  /// - Parameter entries: (column, weight) of each row.
  public init(columns: Int, entries: [[(column: Int, weight: Double)]]) {
    precondition(entries.allSatisfy { $0.allSatisfy { (0..<columns).contains($0.column) } })
    self.columns = columns
    starts = entries.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.count)) }
    indices = entries.flatMap { $0.map { Int32($0.column) } }
    weights = entries.flatMap { $0.map(\.weight) }
  }

  public var transposed: SparseRows {
    var entries = [[(column: Int, weight: Double)]](repeating: [], count: columns)
    for r in 0..<rows {
      for e in Int(starts[r])..<Int(starts[r + 1]) { entries[Int(indices[e])].append((r, weights[e])) }
    }
    return SparseRows(columns: rows, entries: entries)
  }
}

/// Which run of a source stands at each place of a result; −1 for zeros.
public struct GatherTable: Sendable {
  let indices: [Int32]
  let most: Int32

  public init(_ indices: [Int]) {
    precondition(indices.allSatisfy { $0 >= -1 && $0 <= Int(Int32.max) })
    self.indices = indices.map(Int32.init)
    most = self.indices.max() ?? -1
  }

  public var count: Int { indices.count }
}

extension Kernels {
  /// y[i] = x[table[i]] for runs of `width` elements.
  public func gather(_ x: Slice, _ indices: GatherTable, width: Int, into y: Slice) {
    precondition((Int(indices.most) + 1) * width <= x.count && indices.count * width <= y.count)
    table.pointee.gather(indices.count, width, indices.indices, x.base, y.base)
  }

  /// dx[table[i]] += g[i]
  public func scatter(_ g: Slice, _ indices: GatherTable, width: Int, addingTo dx: Slice) {
    precondition((Int(indices.most) + 1) * width <= dx.count && indices.count * width <= g.count)
    table.pointee.scatter_add(indices.count, width, indices.indices, g.base, dx.base)
  }

  /// y = S·x for runs of `width` elements.
  public func multiply(_ s: SparseRows, _ x: Slice, width: Int, into y: Slice, accumulate: Bool = false) {
    precondition(s.columns * width <= x.count && s.rows * width <= y.count)
    table.pointee.sparse_rows(
      s.rows, width, s.starts, s.indices, s.weights, x.base, y.base, accumulate ? 1 : 0)
  }
}
