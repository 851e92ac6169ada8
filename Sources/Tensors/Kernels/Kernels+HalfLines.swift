// A real line of an even number of points as a complex line of half as many; see `line_spread` in CKernels.
extension Kernels {
  /// The modes of the complex line z_j = x_2j + i·x_2j+1 of `half` points from modes 0 … `count` − 1 of the real line x,
  /// the others being zero.
  ///
  /// - Parameters:
  ///   - modes: interleaved pairs; the imaginary part of mode 0 does not count.
  ///   - count: at most `half`.
  ///   - turns: i·exp(2πi m/(2·half)) for m = 0 … `half`.
  ///   - spectrum: `half` pairs.
  public func spreadLine(half: Int, count: Int, _ modes: Slice, turns: Slice, into spectrum: Slice) {
    precondition(count <= half && modes.count >= 2 * count)
    precondition(turns.count >= 2 * (half + 1) && spectrum.count >= 2 * half)
    table.pointee.line_spread(half, count, modes.base, turns.base, spectrum.base)
  }

  /// Modes 0 … `count` − 1 of the real line from those of the complex one.
  public func gatherLine(half: Int, count: Int, _ spectrum: Slice, turns: Slice, into modes: Slice) {
    precondition(count <= half && modes.count >= 2 * count)
    precondition(turns.count >= 2 * (half + 1) && spectrum.count >= 2 * half)
    table.pointee.line_gather(half, count, spectrum.base, turns.base, nil, modes.base)
  }
}
