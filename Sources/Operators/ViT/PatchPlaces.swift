import Autodiff
import Foundation
import Tensors

/// Where the patches of a domain are, and what tokens are told of it.
struct PatchPlaces {
  /// Patches and their kernels' knots per axis.
  let patches: [Int]
  private let knots: Int
  private let placements: [PointPlacement]

  init(patches: [Int], knots: Int, placements: [PointPlacement]) {
    (self.patches, self.knots, self.placements) = (patches, knots, placements)
  }

  var splines: CubicSplines { CubicSplines(knots: patches.map { knots * $0 }, placements: placements) }

  /// Middle of the knots of each patch, as a fraction of the domain.
  var centres: [[Double]] {
    patches.indices.map { axis in
      let shift = placements[axis] == .periodic ? -0.5 / Double(knots) : 0
      return (0..<patches[axis]).map { (Double($0) + 0.5 + shift) / Double(patches[axis]) }
    }
  }

  /// All patches together are the domain, and one is as large as another.
  func weights(_ precision: Precision) -> HostBuffer {
    let count = patches.reduce(1, *)
    let weights = HostBuffer(count: count, precision: precision)
    for i in 0..<count { weights[i] = 1 / Double(count) }
    return weights
  }

  /// Sines and cosines of the first waves along each axis at the centres, whole waves on periodic axes and half
  /// waves on others, `[patches][features]`.
  func features(modes: Int, _ precision: Precision) -> HostBuffer {
    let (centres, count) = (centres, PatchPlaces.featureCount(modes: modes, dimensions: patches.count))
    let all = HostBuffer(count: patches.reduce(1, *) * count, precision: precision)
    for patch in 0..<patches.reduce(1, *) {
      var rest = patch
      for axis in patches.indices.reversed() {
        let place = centres[axis][rest % patches[axis]]
        rest /= patches[axis]
        for mode in 1...modes {
          let angle = (placements[axis] == .periodic ? 2 : 1) * .pi * Double(mode) * place
          let first = patch * count + 2 * (axis * modes + mode - 1)
          all[first] = sin(angle)
          all[first + 1] = cos(angle)
        }
      }
    }
    return all
  }

  static func featureCount(modes: Int, dimensions: Int) -> Int { 2 * modes * dimensions }
}
