import Autodiff
import Configuration
import Fields

/// How a trunk sees a point: its coordinates scaled to [0, 1] over the domain, or functions of them.
public enum TrunkFeatures: Sendable, Equatable {
  /// The coordinates.
  case coordinates
  /// cos 2πks and sin 2πks for k = 1 … frequencies in place of s on periodic axes, so that the output is periodic.
  case periodic(frequencies: Int)
  /// Distance and angle about the middle in place of the first two coordinates.
  case polar
  /// The coordinates, and cos 2πfs and sin 2πfs of each for frequencies f of the user's choice.
  case frequencies([Double])

  /// Reads `{"type": …}` under `features`.
  public init(from reader: ConfigReader) throws {
    self = try reader.variant(
      "features",
      of: [
        ("coordinates", "coordinates scaled to the unit interval", { _ in .coordinates }),
        (
          "periodic",
          "cosines and sines of whole frequencies on periodic axes, the other coordinates as they are",
          { section in
            .periodic(
              frequencies: try section.int(
                "frequencies", default: 2, in: 1...1024, doc: "highest frequency: 2 gives four features"))
          }
        ),
        ("polar", "radius, cosine and sine of the angle in the plane of the first two axes", { _ in .polar }),
        (
          "frequencies", "coordinates, and their cosines and sines of any frequencies",
          { section in
            .frequencies(
              try section.doubles(
                "values", default: [1, 2, 4], each: 1e-6...1e6, doc: "periods over the domain"))
          }
        ),
      ], default: "coordinates", doc: "functions of the coordinates that the trunk begins with")
  }

  /// The features of points of a learning task.
  ///
  /// - Throws: `ModelError.needsPlane` for polar features of a line.
  func list(_ signature: OperatorSignature, key: String) throws -> [CoordinateFeature] {
    let dimensions = signature.queryDomain.count
    switch self {
    case .coordinates: return (0..<dimensions).map { .coordinate($0) }
    case .periodic(let frequencies):
      return (0..<dimensions).flatMap { axis -> [CoordinateFeature] in
        let isKnown = dimensions >= signature.dimensions && axis < signature.dimensions
        guard isKnown && signature.axes[axis].boundary == .periodic else { return [.coordinate(axis)] }
        return (1...frequencies).flatMap { k -> [CoordinateFeature] in
          [.cosine(axis, frequency: Double(k)), .sine(axis, frequency: Double(k))]
        }
      }
    case .polar:
      guard dimensions >= 2 else {
        throw ModelError.needsPlane(key: key, dimensions: dimensions)
      }
      return [.radius, .angleCosine, .angleSine] + (2..<dimensions).map { .coordinate($0) }
    case .frequencies(let values):
      return (0..<dimensions).flatMap { axis -> [CoordinateFeature] in
        [.coordinate(axis)]
          + values.flatMap { f -> [CoordinateFeature] in
            [.cosine(axis, frequency: f), .sine(axis, frequency: f)]
          }
      }
    }
  }
}

extension ModelError {
  public static func needsPlane(key: String, dimensions: Int) -> ModelError {
    ModelError(
      "polar features need two coordinates", key: key, why: "points have \(dimensions) coordinate here",
      fix: "choose other features")
  }
}
