import RealModule
import Spectral

/// The exact inverse of the 5-point operator -h²Δ with zero boundary values, in O(n² log n).
///
/// A sine transform along the contiguous axis decouples the rows into one tridiagonal system per mode along
/// the other axis; the eliminations of all modes run side by side. Transform and elimination of a row share
/// one visit of it. The second sine transform of a fully diagonal solver is saved.
///
/// - References: B. L. Buzbee, G. H. Golub, C. W. Nielson, On direct methods for solving Poisson's equations,
///   SIAM J. Numer. Anal. 7 (1970) 627–656.
package final class DirichletLaplacian {
  package let unknowns: Int
  /// Doubles from one row to the next: whole cache lines, so that rows are aligned for the transforms, and at
  /// least one more than the unknowns, so that a stencil finds a zero beyond either end of a row.
  package let rowStride: Int
  private let forward: RowTransform
  private let backward: RowTransform
  private let scratch: WorkArray
  /// Takes the place of the missing partner of a last odd row.
  private let spare: WorkArray
  /// w_i(k) of the elimination: w_0 = 1/d_0, w_i = 1/(d_i - w_{i-1}).
  private let elimination: WorkArray
  private let scale: Double

  /// - Parameters:
  ///   - unknowns: n per direction.
  ///   - grid: `vertex`: zero one spacing outside of the unknowns; `cell`: zero half a spacing outside.
  package init(unknowns n: Int, grid: SquareGrid) {
    precondition(n >= 2)
    unknowns = n
    rowStride = Self.rowStride(unknowns: n)
    let kind: TrigonometricTransform.Kind = grid == .vertex ? .sine1 : .sine2
    let paired = grid == .vertex ? PairedSineTransform(pointCount: n) : nil
    forward = paired.map(RowTransform.paired) ?? .single(TrigonometricTransform(kind, shape: [n]))
    backward = paired.map(RowTransform.paired) ?? .single(TrigonometricTransform(kind.inverse, shape: [n]))
    scratch = WorkArray(count: paired?.scratchCount ?? 0)
    spare = WorkArray(count: rowStride)
    scale = 1 / Double(kind.logicalLength(n))
    elimination = WorkArray(count: n * rowStride)
    for k in 0..<n {
      let angle = Double.pi * Double(k + 1) / Double(kind.logicalLength(n))
      let eigenvalue = 4 * Double.sin(angle) * Double.sin(angle)
      var previous = 0.0
      for i in 0..<n {
        // A boundary half a cell away makes the end rows' diagonal 3 instead of 2.
        let end = grid == .cell && (i == 0 || i == n - 1) ? 1.0 : 0
        previous = 1 / (2 + end + eigenvalue - previous)
        elimination.pointer[i * rowStride + k] = previous
      }
    }
  }

  package static func rowStride(unknowns n: Int) -> Int { (n + 8) & ~7 }

  /// Replaces f by the solution v of (-h²Δ) v = f; rows are `rowStride` apart.
  package func solve(_ f: UnsafeMutablePointer<Double>) {
    let (n, stride, w, s) = (unknowns, rowStride, elimination.pointer, scale)
    for i in 0..<n {
      let row = f + i * stride
      let factor = w + i * stride
      if i % 2 == 0 { transform(forward, row, i + 1 < n ? row + stride : nil) }
      if i == 0 {
        for k in 0..<n { row[k] *= s * factor[k] }
      } else {
        let above = row - stride
        for k in 0..<n { row[k] = (row[k] * s + above[k]) * factor[k] }
      }
    }
    // Two rows are transformed back as soon as the one above has used them.
    var finished = 1
    for i in (0..<n - 1).reversed() {
      let row = f + i * stride
      let below = row + stride
      let factor = w + i * stride
      for k in 0..<n { row[k] += factor[k] * below[k] }
      finished += 1
      if finished == 3 {
        transform(backward, below, below + stride)
        finished = 1
      }
    }
    transform(backward, f, finished == 2 ? f + stride : nil)
  }

  private enum RowTransform {
    case single(TrigonometricTransform)
    case paired(PairedSineTransform)
  }

  /// One row, or two of them.
  @inline(__always)
  private func transform(
    _ kind: RowTransform, _ first: UnsafeMutablePointer<Double>, _ second: UnsafeMutablePointer<Double>?
  ) {
    switch kind {
    case .single(let one):
      one.apply(first)
      if let second { one.apply(second) }
    case .paired(let pair):
      // Rounding of the one row reaches the other, so the spare one must not keep it.
      if second == nil { spare.fill(0) }
      pair.apply(first, second ?? spare.pointer, scratch: scratch.pointer)
    }
  }
}
