import Spectral

/// Loops over modes that the steppers are made of. Coefficients are real (one number per mode) or complex
/// (interleaved); states are interleaved complex numbers.
enum ModeArithmetic {
  /// out = P·u + Σ_j C_j·N_j over some stages j, two in one pass.
  ///
  /// - Parameter values: N of every stage.
  static func combine(
    _ count: Int, complex: Bool, _ propagator: WorkArray, _ state: WorkArray,
    _ terms: [(stage: Int, weight: WorkArray)], of values: [WorkArray], into out: WorkArray
  ) {
    if complex {
      complexPass(count, propagator.pointer, state.pointer, out.pointer, adding: false)
      for term in terms {
        complexPass(count, term.weight.pointer, values[term.stage].pointer, out.pointer, adding: true)
      }
      return
    }
    var next = 0
    var base = state.pointer
    var factor: UnsafeMutablePointer<Double>? = propagator.pointer
    repeat {
      let group = min(2, terms.count - next)
      realPass(
        count, factor, base, out.pointer,
        group > 0 ? terms[next].weight.pointer : nil,
        group > 0 ? values[terms[next].stage].pointer : nil,
        group > 1 ? terms[next + 1].weight.pointer : nil,
        group > 1 ? values[terms[next + 1].stage].pointer : nil)
      next += max(1, group)
      base = out.pointer
      factor = nil
    } while next < terms.count
  }

  private static func realPass(
    _ count: Int, _ p: UnsafeMutablePointer<Double>?, _ u: UnsafeMutablePointer<Double>,
    _ out: UnsafeMutablePointer<Double>, _ c0: UnsafeMutablePointer<Double>?,
    _ n0: UnsafeMutablePointer<Double>?,
    _ c1: UnsafeMutablePointer<Double>?, _ n1: UnsafeMutablePointer<Double>?
  ) {
    let target = pairs(out)
    let source = pairs(u)
    if let c0, let n0, let c1, let n1 {
      let (first, second) = (pairs(n0), pairs(n1))
      if let p {
        for i in 0..<count { target[i] = source[i] * p[i] + first[i] * c0[i] + second[i] * c1[i] }
      } else {
        for i in 0..<count { target[i] = source[i] + first[i] * c0[i] + second[i] * c1[i] }
      }
    } else if let c0, let n0 {
      let first = pairs(n0)
      if let p {
        for i in 0..<count { target[i] = source[i] * p[i] + first[i] * c0[i] }
      } else {
        for i in 0..<count { target[i] = source[i] + first[i] * c0[i] }
      }
    } else if let p {
      for i in 0..<count { target[i] = source[i] * p[i] }
    }
  }

  private static func complexPass(
    _ count: Int, _ c: UnsafeMutablePointer<Double>, _ n: UnsafeMutablePointer<Double>,
    _ out: UnsafeMutablePointer<Double>, adding: Bool
  ) {
    let (target, coefficient, value) = (pairs(out), pairs(c), pairs(n))
    for i in 0..<count {
      let (a, b) = (coefficient[i], value[i])
      let product = SIMD2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x)
      target[i] = adding ? target[i] + product : product
    }
  }

  /// Σ_k m_k |C_k (a_k - b_k)|²
  static func weightedSquare(
    _ count: Int, complex: Bool, _ weight: WorkArray, _ a: WorkArray, _ b: WorkArray, multiplicity: WorkArray
  ) -> Double {
    let (first, second, m) = (pairs(a.pointer), pairs(b.pointer), multiplicity.pointer)
    let c = weight.pointer
    var sum = SIMD2<Double>()
    for i in 0..<count {
      let difference = first[i] - second[i]
      let square =
        complex ? c[2 &* i] * c[2 &* i] + c[2 &* i &+ 1] * c[2 &* i &+ 1] : c[i] * c[i]
      sum += difference * difference * (square * m[i])
    }
    return sum.x + sum.y
  }

  @inline(__always)
  private static func pairs(_ pointer: UnsafeMutablePointer<Double>) -> UnsafeMutablePointer<SIMD2<Double>> {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: SIMD2<Double>.self)
  }
}
