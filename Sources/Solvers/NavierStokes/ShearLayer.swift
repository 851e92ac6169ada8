import Configuration
import RealModule
import Spectral
import Tensors

/// Two opposite shear layers whose height varies along x.
///
///     u = U(y + η(x)),   ω = -∂_y u,   η(x) = Σ_{k≤n} a_k sin(2πkx + φ_k),   a_k ~ U(0, a)/k,  φ_k ~ U(0, 2π)
///     U(y) = tanh((y - ¼)/δ) for y ≤ ½, tanh((¾ - y)/δ) above
///
/// The velocity is that of vorticity ω, which makes it free of divergence. The field is sampled on a fixed grid of
/// ``samplingPoints`` points, whatever the solver's.
package struct ShearLayer: Sendable, Equatable {
  /// δ.
  package var thickness: Double
  /// a.
  package var perturbation: Double
  /// n.
  package var largestWavenumber: Int

  private static let samplingPoints = 512

  package init(thickness: Double = 0.05, perturbation: Double = 0.025, largestWavenumber: Int = 5) {
    self.thickness = thickness
    self.perturbation = perturbation
    self.largestWavenumber = largestWavenumber
  }

  init(from reader: ConfigReader) throws {
    let value = ShearLayer()
    thickness = try reader.double(
      "thickness", default: value.thickness, in: 0.01...0.2, doc: "δ, half width of a layer")
    perturbation = try reader.double(
      "perturbation", default: value.perturbation, in: 0...1, doc: "a, largest amplitude of the first wave")
    largestWavenumber = try reader.int(
      "largestWavenumber", default: value.largestWavenumber, in: 1...64, doc: "n, waves of the layers' height"
    )
  }

  func plane(_ plane: PackedPlane, _ generator: Philox, _ index: Int) -> WorkArray {
    let count = Self.samplingPoints
    let waves = (1...largestWavenumber).map {
      generator.uniforms(UInt64(bitPattern: Int64(index)), UInt64($0))
    }
    let grid = WorkArray(count: count * count)
    for i in 0..<count {
      let x = Double(i) / Double(count)
      var height = 0.0
      for (n, draw) in waves.enumerated() {
        let k = Double(n + 1)
        height += perturbation * draw[0] / k * .sin(2 * .pi * (k * x + draw[1]))
      }
      for j in 0..<count { grid.pointer[i * count + j] = vorticity(Double(j) / Double(count) + height) }
    }
    return packed(grid, on: plane)
  }

  /// -U'(y): one layer of either sign per period, with the nearest images of both.
  private func vorticity(_ y: Double) -> Double {
    func peak(_ centre: Double) -> Double {
      let turn = y - centre
      let sech = 1 / Double.cosh((turn - turn.rounded()) / thickness)
      return sech * sech / thickness
    }
    return peak(0.75) - peak(0.25)
  }

  private func packed(_ grid: WorkArray, on plane: PackedPlane) -> WorkArray {
    let count = Self.samplingPoints
    let transform = RealTransform(shape: [count, count])
    let spectrum = WorkArray(count: 2 * transform.modeCount)
    transform.forward(grid, to: spectrum)
    let state = WorkArray(count: 2 * plane.count)
    let reach = min(plane.modes, count / 2 - 1)
    let scale = 1 / Double(count * count)
    for k1 in -reach...reach {
      let source = 2 * (k1 >= 0 ? k1 : k1 + count) * (count / 2 + 1)
      let target = 2 * plane.index(k1, 0)
      for i in 0..<2 * (reach + 1) { state.pointer[target + i] = scale * spectrum.pointer[source + i] }
    }
    return state
  }

  var parameters: [(name: String, value: ProblemParameter)] {
    [
      ("initialThickness", .number(thickness)), ("initialPerturbation", .number(perturbation)),
      ("initialLargestWavenumber", .number(Double(largestWavenumber))),
    ]
  }
}
