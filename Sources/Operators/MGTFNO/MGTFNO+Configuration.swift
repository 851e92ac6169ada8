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

    public var network: FNO.Configuration
    var weights: TFNO.Weights
    /// L: 2^L patches per axis, and as many coarser surroundings.
    public var levels: Int
    /// Margin of a patch as a fraction of the domain.
    public var patchPadding: [Double]
    public var outside: Extension

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
