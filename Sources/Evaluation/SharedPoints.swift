import Datasets
import Fields

/// The points that two grids of one domain have in common, found by equal coordinates.
struct SharedPoints {
  /// Values of one point, in one piece.
  private let channels: Int
  /// For each common point its number in the first and in the second grid.
  private let places: [(Int, Int)]
  /// Common coordinates of each axis.
  private let coordinates: [[Double]]

  init(_ first: SampleReader, _ second: SampleReader) {
    self.init(
      zip(first.axes, second.axes).map { Array(Set($0.coordinates).intersection($1.coordinates)).sorted() },
      first.axes, second.axes, channels: first.outputChannels)
  }

  private init(_ coordinates: [[Double]], _ first: [GridAxis], _ second: [GridAxis], channels: Int) {
    self.coordinates = coordinates
    self.channels = channels
    var places = [(0, 0)]
    for (axis, common) in coordinates.enumerated() {
      let pairs = zip(
        SharedPoints.indices(of: common, in: first[axis].coordinates),
        SharedPoints.indices(of: common, in: second[axis].coordinates))
      let steps = Array(pairs)
      places = places.flatMap { place in
        steps.map { (place.0 * first[axis].count + $0.0, place.1 * second[axis].count + $0.1) }
      }
    }
    self.places = places
  }

  private static func indices(of wanted: [Double], in all: [Double]) -> [Int] {
    let place = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1, $0) })
    return wanted.compactMap { place[$0] }
  }

  /// Those that a third grid has as well.
  func restricted(to reader: SampleReader) -> SharedPoints {
    let common = zip(coordinates, reader.axes).map { Array(Set($0).intersection($1.coordinates)).sorted() }
    return SharedPoints(common, reader.axes, reader.axes, channels: channels)
  }

  /// The same points, numbered in two other grids that have them.
  func placed(in first: SampleReader, and second: SampleReader) -> SharedPoints {
    SharedPoints(coordinates, first.axes, second.axes, channels: channels)
  }

  var count: Int { places.count }

  /// ‖a − b‖/‖b‖ over the common points and all channels.
  func relativeDifference(_ a: [Double], _ b: [Double]) -> Double {
    var (difference, norm) = (0.0, 0.0)
    for (i, j) in places {
      for channel in 0..<channels {
        let (x, y) = (a[i * channels + channel], b[j * channels + channel])
        difference += (x - y) * (x - y)
        norm += y * y
      }
    }
    return relative(difference.squareRoot(), to: norm.squareRoot())
  }
}
