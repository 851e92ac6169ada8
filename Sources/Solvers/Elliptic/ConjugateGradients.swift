import LinearAlgebra
import Spectral

/// A symmetric positive definite approximation of the inverse of -∇·(a∇u).
package protocol EllipticPreconditioner: AnyObject {
  /// Replaces f by the approximate solution; rows are `rowStride` apart.
  func solve(_ f: UnsafeMutablePointer<Double>)
}

extension DirichletLaplacian: EllipticPreconditioner {}

/// Preconditioned conjugate gradients for -∇·(a∇u) = f with the constant-coefficient Laplacian or a
/// multigrid cycle as preconditioner.
///
/// With the Laplacian, the preconditioned matrix has its spectrum in [a_min, a_max] at every grid size, so the iteration count
/// depends on the contrast κ = a_max/a_min and the tolerance alone:
///
///     iterations ≤ ln(2/ε) / ln((√κ+1)/(√κ-1))
///
/// The preconditioned residual norm √(r·P⁻¹r) brackets the energy error: with z = P⁻¹r,
///
///     r·z/a_max ≤ ‖u - u_m‖²_A ≤ r·z/a_min
///
/// so stopping at √(r·z) ≤ ε √(r₀·z₀) bounds the relative energy error by ε√κ. With another preconditioner κ
/// is that of P⁻¹A, whose Lanczos estimate comes with the outcome. Sums run in an order that
/// depends on the grid alone.
package final class ConjugateGradients {
  package struct Outcome {
    package var iterations: Int
    /// √(r·z / r₀·z₀).
    package var residual: Double
    /// Condition number of the preconditioned matrix on the Krylov space, by its Ritz values.
    package var condition: Double
  }

  package let operation: DiffusionOperator
  /// May be exchanged between solutions, as the coefficient asks for it.
  package var preconditioner: any EllipticPreconditioner
  /// The solution, rows `rowStride` apart.
  package let solution: WorkArray
  private let residual: WorkArray
  private let corrected: WorkArray
  private let direction: WorkArray
  private let image: WorkArray
  private let rowStride: Int
  private let count: Int

  package init(operation: DiffusionOperator, preconditioner: any EllipticPreconditioner) {
    self.operation = operation
    self.preconditioner = preconditioner
    rowStride = operation.rowStride
    count = operation.unknowns * rowStride
    solution = WorkArray(count: count)
    residual = WorkArray(count: count)
    corrected = WorkArray(count: count)
    image = WorkArray(count: count)
    // A zero row before and after, so that the stencil needs no boundary cases.
    direction = WorkArray(count: count + 2 * rowStride)
  }

  /// Solves A u = b, starting from zero. `rightHandSide` has rows `rowStride` apart and zeros beyond column n.
  ///
  /// - Throws: ``SolverError/notConverged(iterations:residual:tolerance:)``.
  package func solve(
    _ rightHandSide: UnsafePointer<Double>, tolerance: Double, maximumIterations: Int
  ) throws(SolverError) -> Outcome {
    let (u, r, z, q) = (solution.pointer, residual.pointer, corrected.pointer, image.pointer)
    let p = direction.pointer + rowStride
    solution.fill(0)
    direction.fill(0)
    r.update(from: rightHandSide, count: count)
    var product = correct()
    let initial = product
    guard initial > 0 else {
      if initial == 0 { return Outcome(iterations: 0, residual: 0, condition: 1) }
      throw .notConverged(iterations: 0, residual: .nan, tolerance: tolerance)
    }
    p.update(from: z, count: count)
    var (steps, ratios) = ([Double](), [Double]())
    for iteration in 1...max(1, maximumIterations) {
      let step = product / operation.apply(p, to: q)
      steps.append(step)
      for i in 0..<count {
        u[i] += step * p[i]
        let rest = r[i] - step * q[i]
        r[i] = rest
        z[i] = rest
      }
      let next = correctCopied()
      let reduction = (next / initial).squareRoot()
      if reduction <= tolerance {
        return Outcome(iterations: iteration, residual: reduction, condition: Self.condition(steps, ratios))
      }
      guard next.isFinite else {
        throw .notConverged(iterations: iteration, residual: reduction, tolerance: tolerance)
      }
      let ratio = next / product
      ratios.append(ratio)
      product = next
      for i in 0..<count { p[i] = z[i] + ratio * p[i] }
    }
    throw .notConverged(
      iterations: maximumIterations, residual: (product / initial).squareRoot(), tolerance: tolerance)
  }

  /// Largest over smallest eigenvalue of the Lanczos matrix of the iteration.
  private static func condition(_ steps: [Double], _ ratios: [Double]) -> Double {
    let diagonal = steps.indices.map {
      $0 == 0 ? 1 / steps[0] : 1 / steps[$0] + ratios[$0 - 1] / steps[$0 - 1]
    }
    let beside = ratios.indices.map { ratios[$0].squareRoot() / steps[$0] }
    let values = SymmetricTridiagonal.eigenvalues(diagonal: diagonal, offDiagonal: beside)
    guard let smallest = values.first, let largest = values.last, smallest > 0 else { return .infinity }
    return largest / smallest
  }

  /// z = P⁻¹ r and r·z.
  private func correct() -> Double {
    corrected.copy(from: residual)
    return correctCopied()
  }

  /// As ``correct()``, with r already in z.
  private func correctCopied() -> Double {
    preconditioner.solve(corrected.pointer)
    var sum = SIMD8<Double>()
    for i in 0..<operation.unknowns {
      sum += Self.rowProduct(residual.pointer + i * rowStride, corrected.pointer + i * rowStride, rowStride)
    }
    return sum.sum()
  }

  /// Eight partial products of two rows of a multiple of eight elements.
  @inline(__always)
  package static func rowProduct(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int)
    -> SIMD8<Double>
  {
    let first = UnsafeRawPointer(a).assumingMemoryBound(to: SIMD8<Double>.self)
    let second = UnsafeRawPointer(b).assumingMemoryBound(to: SIMD8<Double>.self)
    var sum = SIMD8<Double>()
    for i in 0..<count / 8 { sum += first[i] * second[i] }
    return sum
  }
}
