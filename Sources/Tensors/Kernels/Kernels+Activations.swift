import CKernels

// Nonlinear functions of single elements.
extension Kernels {
  /// h = f(z)
  public func activate(_ f: Activation, _ z: Slice, into h: Slice) {
    precondition(h.count >= z.count)
    table.pointee.activate(f.code, z.count, z.base, h.base)
  }

  /// dz = dh·f′(z); dz may be dh.
  public func activateBackward(_ f: Activation, z: Slice, dh: Slice, into dz: Slice, accumulate: Bool = false)
  {
    precondition(dh.count >= z.count && dz.count >= z.count)
    table.pointee.activate_backward(f.code, z.count, z.base, dh.base, dz.base, accumulate ? 1 : 0)
  }

  /// h = f(z), derivative = f′(z) in one pass; either may be z.
  public func activateBoth(_ f: Activation, _ z: Slice, into h: Slice, derivative: Slice) {
    precondition(h.count >= z.count && derivative.count >= z.count)
    table.pointee.activate_both(f.code, z.count, z.base, h.base, derivative.base)
  }

  /// h = f(z + g ⊙ s) on rows of `channels`, g one row; h may be z.
  public func activateGated(
    _ f: Activation, rows: Int, channels: Int, _ z: Slice, plus s: Slice, by g: Slice, into h: Slice
  ) {
    let count = rows * channels
    precondition(z.count >= count && s.count >= count && h.count >= count && g.count >= channels)
    table.pointee.activate_gated(f.code, rows, channels, z.base, s.base, g.base, h.base)
  }

  /// dz = dh·f′(z + g ⊙ s) on rows of `channels`; dz may be dh.
  public func activateGatedBackward(
    _ f: Activation, rows: Int, channels: Int, _ z: Slice, plus s: Slice, by g: Slice, dh: Slice,
    into dz: Slice
  ) {
    let count = rows * channels
    precondition(z.count >= count && s.count >= count && dh.count >= count && dz.count >= count)
    precondition(g.count >= channels)
    table.pointee.activate_gated_backward(
      f.code, rows, channels, z.base, s.base, g.base, dh.base, dz.base)
  }
}
