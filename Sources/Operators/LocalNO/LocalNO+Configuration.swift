import Configuration
import Layers

extension LocalNO {
  /// Settings of ``LocalNO``: those of ``FNO`` and of the local kernels.
  public struct Configuration: ModelConfiguration {
    public var network: FNO.Configuration
    var kernels: Kernels

    public init(from reader: ConfigReader) throws {
      network = try FNO.Configuration(from: reader)
      let difference = try reader.choice(
        "difference", default: Kernels.Place.all, doc: "layers with a difference kernel: all, last, none")
      let half = try reader.int(
        "differenceReach", default: 1, in: 1...8,
        doc: "points on each side that difference kernels reach: 1 for 3 points per axis")
      let integral = try reader.choice(
        "integral", default: Kernels.Place.all, doc: "layers with an integral kernel (DISCO): all, last, none"
      )
      let radius = try reader.double(
        "radius", default: 0.0625, in: 0...1, exclusiveMinimum: 0,
        doc:
          "radius of the integral kernels as a fraction of the domain's longest side, the same on every grid")
      let radial = try reader.int(
        "radial", default: 2, in: 1...16,
        doc: "hat functions of the integral kernels across the disc's diameter")
      let angular = try reader.int(
        "angular", default: 4, in: 1...64, doc: "hat functions of the integral kernels around each ring")
      kernels = Kernels(
        difference: difference, differenceKernel: 2 * half + 1, integral: integral, radius: radius,
        radial: radial,
        angular: angular)
    }
  }
}
