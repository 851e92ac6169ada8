import Spectral

/// One grid of a multigrid hierarchy: a symmetric 9-point operator with its own interpolation from the next
/// coarser grid, whose points are the odd ones of this.
///
/// Interpolation follows the operator: at a point between two coarse ones the stencil is summed across the
/// line that joins them, so that the flux, not the value, is interpolated across jumps of the coefficient. The
/// coarse operator is the Galerkin product PᵀAP.
///
/// - References: R. E. Alcouffe, A. Brandt, J. E. Dendy, J. W. Painter, The multi-grid method for the diffusion
///   equation with strongly discontinuous coefficients, SIAM J. Sci. Stat. Comput. 2 (1981) 430–454.
final class StencilLevel {
  /// Points per direction.
  let count: Int
  /// Doubles per row of a vector: the points between two zeros; a zero row stands before and after.
  let width: Int
  let solution: WorkArray
  let load: WorkArray
  let residual: WorkArray
  /// Coefficient of neighbour (di, dj) of point (i, j) at `9 (i·count + j) + 3 (di+1) + dj+1`.
  private let stencil: WorkArray
  /// Weights of the coarse points (I₀+a, J₀+b) at `4 (i·count + j) + 2a + b`.
  private let weights: WorkArray

  init(count: Int) {
    self.count = count
    width = count + 2
    solution = WorkArray(count: width * width)
    load = WorkArray(count: width * width)
    residual = WorkArray(count: width * width)
    stencil = WorkArray(count: 9 * count * count)
    weights = WorkArray(count: 4 * count * count)
  }

  var coarseCount: Int { count / 2 }

  /// First coarse index that point i interpolates from: its own, or the one before it.
  @inline(__always)
  private static func base(_ i: Int) -> Int { i & 1 == 1 ? i >> 1 : (i >> 1) &- 1 }

  func coefficient(_ i: Int, _ j: Int, _ di: Int, _ dj: Int) -> Double {
    stencil.pointer[9 * (i * count + j) + 3 * (di + 1) + dj + 1]
  }

  /// Takes over the 5-point operator of the finest grid.
  func take(_ operation: DiffusionOperator) {
    let (n, c) = (count, stencil.pointer)
    stencil.fill(0)
    for i in 0..<n {
      for j in 0..<n {
        let (diagonal, right, below) = operation.entries(i, j)
        let at = 9 * (i * n + j)
        c[at + 4] = diagonal
        if j + 1 < n {
          c[at + 5] = right
          c[at + 9 + 3] = right
        }
        if i + 1 < n {
          c[at + 7] = below
          c[at + 9 * n + 1] = below
        }
      }
    }
  }

  /// Derives the interpolation, and the operator of the coarse grid from it.
  func coarsen(into coarse: StencilLevel) {
    interpolateLines()
    interpolateCentres()
    let (n, m) = (count, coarse.count)
    let (c, w, target) = (stencil.pointer, weights.pointer, coarse.stencil.pointer)
    coarse.stencil.fill(0)
    for i in 0..<n {
      for j in 0..<n {
        // The row of A P: at most 3 × 3 coarse points, from (baseI, baseJ) on.
        let (baseI, baseJ) = (Self.base(i) - (i & 1), Self.base(j) - (j & 1))
        var row = (SIMD4<Double>(), SIMD4<Double>(), SIMD4<Double>())
        for di in max(-1, -i)...min(1, n - 1 - i) {
          for dj in max(-1, -j)...min(1, n - 1 - j) {
            let value = c[9 * (i * n + j) + 3 * (di + 1) + dj + 1]
            if value == 0 { continue }
            let from = w + 4 * ((i + di) * n + j + dj)
            let (a, b) = (Self.base(i + di) - baseI, Self.base(j + dj) - baseJ)
            var (first, second) = (SIMD4<Double>(), SIMD4<Double>())
            (first[b], first[b + 1]) = (value * from[0], value * from[1])
            (second[b], second[b + 1]) = (value * from[2], value * from[3])
            switch a {
            case 0: (row.0, row.1) = (row.0 + first, row.1 + second)
            case 1: (row.1, row.2) = (row.1 + first, row.2 + second)
            default: row.2 += first
            }
          }
        }
        let own = w + 4 * (i * n + j)
        for a in 0...1 {
          for b in 0...1 where own[2 * a + b] != 0 {
            let (I, J) = (Self.base(i) + a, Self.base(j) + b)
            let to = target + 9 * (I * m + J)
            for k in 0..<3 {
              let values = k == 0 ? row.0 : (k == 1 ? row.1 : row.2)
              let down = baseI + k - I + 1
              guard (0...2).contains(down) else { continue }
              for l in 0..<3 {
                let across = baseJ + l - J + 1
                if (0...2).contains(across) { to[3 * down + across] += own[2 * a + b] * values[l] }
              }
            }
          }
        }
      }
    }
  }

  /// Weights at coarse points and on the lines between two of them.
  private func interpolateLines() {
    let (n, m, w) = (count, coarseCount, weights.pointer)
    weights.fill(0)
    for i in 0..<n {
      for j in 0..<n where i & 1 == 1 || j & 1 == 1 {
        let to = w + 4 * (i * n + j)
        if i & 1 == 1 && j & 1 == 1 {
          to[0] = 1
          continue
        }
        let across = i & 1 == 1
        func sum(_ step: Int) -> Double {
          (-1...1).reduce(0) { $0 + (across ? coefficient(i, j, $1, step) : coefficient(i, j, step, $1)) }
        }
        let first = Self.base(across ? j : i)
        let (diagonal, next) = (sum(0), across ? 1 : 2)
        if first >= 0 { to[0] = -sum(-1) / diagonal }
        if first + 1 < m { to[next] = -sum(1) / diagonal }
      }
    }
  }

  /// Weights at points in the middle of four coarse ones.
  private func interpolateCentres() {
    let (n, w) = (count, weights.pointer)
    for i in stride(from: 0, to: n, by: 2) {
      for j in stride(from: 0, to: n, by: 2) {
        let to = w + 4 * (i * n + j)
        for a in 0...1 {
          for b in 0...1 {
            let (di, dj) = (2 * a - 1, 2 * b - 1)
            guard (0..<n).contains(i + di), (0..<n).contains(j + dj) else { continue }
            let line = coefficient(i, j, di, 0) * w[4 * ((i + di) * n + j) + b]
            let column = coefficient(i, j, 0, dj) * w[4 * (i * n + j + dj) + 2 * a]
            to[2 * a + b] = -(coefficient(i, j, di, dj) + line + column) / coefficient(i, j, 0, 0)
          }
        }
      }
    }
  }

  /// One Gauss–Seidel sweep, rows and columns in rising or falling order.
  func relax(forward: Bool) {
    let (n, x, f, c) = (count, solution.pointer, load.pointer, stencil.pointer)
    for step in 0..<n * n {
      let at = forward ? step : n * n &- 1 &- step
      let place = (at / n &+ 1) &* width &+ at % n &+ 1
      let s = c + 9 &* at
      x[place] = (f[place] - neighbours(s, x + place)) / s[4]
    }
  }

  /// residual = load - A solution.
  func computeResidual() {
    let (n, x, f, r, c) = (count, solution.pointer, load.pointer, residual.pointer, stencil.pointer)
    for i in 0..<n {
      for j in 0..<n {
        let place = (i &+ 1) &* width &+ j &+ 1
        let s = c + 9 &* (i &* n &+ j)
        r[place] = f[place] - neighbours(s, x + place) - s[4] * x[place]
      }
    }
  }

  @inline(__always)
  private func neighbours(_ s: UnsafePointer<Double>, _ x: UnsafePointer<Double>) -> Double {
    let above = s[0] * x[-width &- 1] + s[1] * x[-width] + s[2] * x[1 &- width]
    let below = s[6] * x[width &- 1] + s[7] * x[width] + s[8] * x[width &+ 1]
    return above + below + (s[3] * x[-1] + s[5] * x[1])
  }

  /// The coarse load: Pᵀ residual.
  func restrict(into coarse: StencilLevel) {
    coarse.load.fill(0)
    transfer(coarse.width) { place, weight, target in
      coarse.load.pointer[target] += weight * residual.pointer[place]
    }
  }

  /// Adds P of the coarse solution.
  func prolongate(from coarse: StencilLevel) {
    transfer(coarse.width) { place, weight, source in
      solution.pointer[place] += weight * coarse.solution.pointer[source]
    }
  }

  /// Every weight that is not zero, with the places of its fine and its coarse point.
  @inline(__always)
  private func transfer(_ coarseWidth: Int, _ body: (_ fine: Int, _ weight: Double, _ coarse: Int) -> Void) {
    let (n, w) = (count, weights.pointer)
    for i in 0..<n {
      for j in 0..<n {
        let own = w + 4 &* (i &* n &+ j)
        let fine = (i &+ 1) &* width &+ j &+ 1
        let coarse = (Self.base(i) &+ 1) &* coarseWidth &+ Self.base(j) &+ 1
        if own[0] != 0 { body(fine, own[0], coarse) }
        if own[1] != 0 { body(fine, own[1], coarse &+ 1) }
        if own[2] != 0 { body(fine, own[2], coarse &+ coarseWidth) }
        if own[3] != 0 { body(fine, own[3], coarse &+ coarseWidth &+ 1) }
      }
    }
  }
}
