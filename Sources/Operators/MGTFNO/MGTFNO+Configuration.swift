import Configuration
import Fields
import Layers

extension MGTFNO {
  /// Settings of ``MGTFNO``: those of ``TFNO`` and of the patches.
  public struct Configuration: ModelConfiguration {
    public enum Extension: String, Sendable, CaseIterable {
      /// Circular on periodic axes, zero beyond walls.
      case auto
      case circular
      case odd
      case even
      case zero
    }

    /// How a patch knows of what lies around it.
    public enum Surroundings: String, Sendable, CaseIterable {
      /// Coarser windows about the same centre, as further channels: the paper's.
      case windows
      /// What a network on the grid of every second point says at the window's own points.
      case nested
    }

    public var network: FNO.Configuration
    var weights: TFNO.Weights
    /// L: 2^L patches per axis, and as many coarser surroundings.
    public var levels: Int
    /// Margin of a patch as a fraction of the domain.
    public var patchPadding: [Double]
    public var outside: Extension
    public var surroundings: Surroundings
    /// Channels that a coarser network hands to the next finer one.
    public var features: Int

    public init(from reader: ConfigReader) throws {
      let tensorised = try TFNO.Configuration(from: reader)
      network = tensorised.network
      weights = tensorised.weights
      levels = try reader.int(
        "levels", default: 1, in: 0...6,
        doc: "2^levels patches per axis, and as many coarser surroundings of each")
      patchPadding = try reader.doubles(
        "patchPadding", default: [0.125], each: 0...1,
        doc: "margin around a patch as a fraction of the domain; one number or one per axis")
      outside = try reader.choice(
        "extension", default: .auto,
        doc: "outside the domain: circular, odd (fields that vanish at walls), even, zero; auto: circular on "
          + "periodic axes, else zero")
      surroundings = try reader.choice(
        "surroundings", default: .windows,
        doc:
          "what a patch knows of its surroundings: coarser windows (the paper's), or what a network on the grid "
          + "of every second point says at the patch's own points (nested)")
      features = try reader.int(
        "features", default: 4, in: 1...4096,
        doc: "channels that a coarser network hands to the next finer one, surroundings being nested")
    }

    /// The extension at a boundary.
    func chosenExtension(at boundary: GridAxis.Boundary) -> PatchGrid.Extension {
      switch outside {
      case .auto: return boundary == .periodic ? .circular : .zero
      case .circular: return .circular
      case .odd: return .odd
      case .even: return .even
      case .zero: return .zero
      }
    }
  }
}
