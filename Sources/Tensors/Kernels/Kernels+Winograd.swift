import CKernels

// The linear maps of Winograd's algorithm F(2 × 2, 3 × 3); formulas in CKernels. A transformed block has sixteen entries,
// each of which stands `entry` elements from the one before.
extension Kernels {
  /// Transforms the 4 × 4 points that each block of 2 × 2 results sees, for a line of blocks.
  ///
  /// - Parameter line: elements between lines of x, whose points are `channels` apart.
  public func winogradInput(
    blocks: Int, channels: Int, _ x: Slice, line: Int, into t: Slice, entry: Int
  ) {
    check(x, blocks, channels, line: line, reach: 4)
    check(t, blocks, channels, entry: entry)
    table.pointee.winograd_input(blocks, channels, x.base, line, t.base, entry)
  }

  /// Transforms the 2 × 2 points of each block of a result's gradient.
  public func winogradGradient(
    blocks: Int, channels: Int, _ g: Slice, line: Int, into t: Slice, entry: Int
  ) {
    check(g, blocks, channels, line: line, reach: 2)
    check(t, blocks, channels, entry: entry)
    table.pointee.winograd_gradient(blocks, channels, g.base, line, t.base, entry)
  }

  /// The results of a line of blocks from their sixteen products.
  public func winogradOutput(
    blocks: Int, channels: Int, _ t: Slice, entry: Int, into y: Slice, line: Int, _ start: Start
  ) {
    check(y, blocks, channels, line: line, reach: 2)
    check(t, blocks, channels, entry: entry)
    let (mode, bias) = start.code(columns: channels)
    table.pointee.winograd_output(blocks, channels, t.base, entry, y.base, line, mode, bias)
  }

  /// Transforms nine taps of `count` pairs of channels each, in reverse order where they are `flipped`.
  public func winogradWeights(count: Int, _ w: Slice, flipped: Bool, into t: Slice) {
    precondition(w.count >= 9 * count && t.count >= 16 * count, "taps or their transforms are missing")
    table.pointee.winograd_weights(count, flipped ? 1 : 0, w.base, t.base)
  }

  /// dw += the adjoint of ``winogradWeights(count:_:flipped:into:)`` for taps in order.
  public func winogradWeightsAdjoint(count: Int, _ t: Slice, addingTo dw: Slice) {
    precondition(dw.count >= 9 * count && t.count >= 16 * count, "taps or their transforms are missing")
    table.pointee.winograd_weights_adjoint(count, t.base, dw.base)
  }

  private func check(_ x: Slice, _ blocks: Int, _ channels: Int, line: Int, reach: Int) {
    precondition(
      blocks > 0 && channels > 0
        && (reach - 1) * line + (2 * (blocks - 1) + reach) * channels <= x.count, "points are missing")
  }

  private func check(_ t: Slice, _ blocks: Int, _ channels: Int, entry: Int) {
    precondition(
      entry >= blocks * channels && 15 * entry + blocks * channels <= t.count, "entries are missing")
  }
}
