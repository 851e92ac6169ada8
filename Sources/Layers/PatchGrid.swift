import Autodiff
import Fields

/// A domain cut into 2^L patches per axis, each seen at several resolutions.
///
/// Level 0 is the patch with `margin` points around it. Level l has windows of as many points on the grid of every 2^l-th
/// point, centred on the same patch: a region 2^l times as wide, 2^l times as coarse. Levels stand side by side as channels.
///
/// - References: J. Kossaifi et al., arXiv:2310.00120, section 4; the geometry of neuraloperator's `patching.py`.
public struct PatchGrid: Sendable {
  /// What lies outside the domain.
  public enum Extension: String, Sendable, CaseIterable {
    /// The domain repeats itself.
    case circular
    /// u(−x) = −u(x) at both ends: fields that vanish at the boundary continue smoothly.
    case odd
    /// u(−x) = u(x).
    case even
    case zero
  }

  public let levels: Int
  private let surroundings: Int
  public let grid: [Int]
  private let margin: [Int]
  private let extensions: [Extension]
  private let boundaries: [GridAxis.Boundary]

  /// - Parameters:
  ///   - surroundings: coarser windows beside the patch's own; as many as levels unless told otherwise.
  ///   - padding: margin as a fraction of the domain, per axis, rounded to whole points, halves to even.
  ///   - extensions: per axis.
  ///   - boundaries: per axis; reflections are about the end point of a closed axis and half a cell beyond the last point
  ///     of any other.
  public init(
    grid: [Int], levels: Int, surroundings: Int? = nil, padding: [Double], extensions: [Extension],
    boundaries: [GridAxis.Boundary]
  ) {
    self.grid = grid
    self.levels = levels
    self.surroundings = surroundings ?? levels
    margin = zip(grid, padding).map { Int((Double($0) * $1).rounded(.toNearestOrEven)) }
    self.extensions = extensions
    self.boundaries = boundaries
  }

  /// Patches per axis.
  public var perAxis: Int { 1 << levels }
  /// Patches in all.
  public var count: Int { 1 << (levels * grid.count) }
  /// Points of a patch, and of its window.
  public var patch: [Int] { grid.map { $0 / perAxis } }
  public var window: [Int] { zip(patch, margin).map { $0 + 2 * $1 } }
  /// Points around a patch.
  public var origin: [Int] { margin }

  /// The first axis that patches do not divide.
  public static func undivided(_ grid: [Int], levels: Int) -> Int? {
    grid.firstIndex { $0 % (1 << levels) != 0 }
  }

  /// From fields to windows, `[B·count, C·(S + 1), window…]` with S surroundings; patch (p₁, …, p_d) is row-major in the batch.
  public var windows: PointMap {
    PointMap(
      inputGroup: 1, outputGroup: count, outputGrid: window,
      parts: (0...surroundings).map { level in runs(level: level) })
  }

  /// From fields to patches without margin, `[B·count, C, patch…]`; undone by ``stitching``.
  public var cuts: PointMap {
    let bare = PatchGrid(
      grid: grid, levels: levels, padding: grid.map { _ in 0 }, extensions: extensions, boundaries: boundaries
    )
    return PointMap(inputGroup: 1, outputGroup: count, outputGrid: patch, parts: [bare.runs(level: 0)])
  }

  /// From patches without margin, `[B·count, C, patch…]`, back to fields.
  public var stitching: PointMap {
    let points = patch.reduce(1, *)
    return PointMap(
      inputGroup: count, outputGroup: 1, outputGrid: grid,
      parts: [
        PointMap.runs(
          gridPoints(grid).enumerated().map { place, index in
            let (p, within) = (zip(index, patch).map { $0 / $1 }, zip(index, patch).map { $0 % $1 })
            let source =
              PatchGrid.place(p, grid.map { _ in perAxis }) * points + PatchGrid.place(within, patch)
            return (place, source, 1)
          })
      ])
  }

  private func runs(level: Int) -> [PointMap.Run] {
    let points = window.reduce(1, *)
    var all: [(target: Int, source: Int, factor: Double)] = []
    all.reserveCapacity(count * points)
    // What each point of a window is, axis by axis: the domain's point and a factor.
    let axes = grid.indices.map { axis in
      (0..<perAxis).map { p in (0..<window[axis]).map { source(axis, patch: p, level: level, at: $0) } }
    }
    let places = gridPoints(window)
    for (p, position) in gridPoints(grid.map { _ in perAxis }).enumerated() {
      for (place, index) in places.enumerated() {
        var (source, factor) = (0, 1.0)
        for axis in grid.indices {
          let point = axes[axis][position[axis]][index[axis]]
          source = source * grid[axis] + point.index
          factor *= point.factor
        }
        all.append((p * points + place, source, factor))
      }
    }
    return PointMap.runs(all)
  }

  /// Point j of a window along one axis.
  private func source(_ axis: Int, patch p: Int, level: Int, at j: Int) -> (index: Int, factor: Double) {
    let size = patch[axis]
    // The window's centre is the patch's, (p + 1/2)·size, rounded down to a point of the level's grid.
    let twice = (2 * p + 1) * size - window[axis] * (1 << level)
    let start = Int((Double(twice) / Double(2 << level)).rounded(.down))
    return extended(axis, (start + j) * (1 << level))
  }

  private func extended(_ axis: Int, _ position: Int) -> (index: Int, factor: Double) {
    let n = grid[axis]
    var (g, factor) = (position, 1.0)
    switch extensions[axis] {
    case .circular: return (((g % n) + n) % n, 1)
    case .zero: return g < 0 || g >= n ? (0, 0) : (g, 1)
    case .odd, .even:
      let isClosed = boundaries[axis] == .closed
      while g < 0 || g >= n {
        g = g < 0 ? (isClosed ? -g : -1 - g) : (isClosed ? 2 * (n - 1) - g : 2 * n - 1 - g)
        if extensions[axis] == .odd { factor = -factor }
      }
      return (g, factor)
    }
  }

  private static func place(_ index: [Int], _ extents: [Int]) -> Int {
    zip(index, extents).reduce(0) { $0 * $1.1 + $1.0 }
  }
}
