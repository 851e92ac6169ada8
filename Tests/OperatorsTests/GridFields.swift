/// A field moved by whole points of a periodic grid, `[grid…][channels]`.
func shifted(_ field: [Double], _ grid: [Int], by shift: [Int], channels: Int) -> [Double] {
  (0..<field.count).map { place in
    var rest = place / channels
    var source = 0
    var stride = 1
    for axis in grid.indices.reversed() {
      source += ((rest % grid[axis] - shift[axis] + grid[axis]) % grid[axis]) * stride
      rest /= grid[axis]
      stride *= grid[axis]
    }
    return field[source * channels + place % channels]
  }
}

/// Every `factor`-th point of every axis of a periodic grid, `[grid…][channels]`.
func coarsened(_ field: [Double], _ grid: [Int], by factor: Int, channels: Int) -> [Double] {
  let coarse = grid.map { ($0 + factor - 1) / factor }
  return (0..<(coarse.reduce(1, *) * channels)).map { place in
    var rest = place / channels
    var source = 0
    var stride = 1
    for axis in grid.indices.reversed() {
      source += factor * (rest % coarse[axis]) * stride
      rest /= coarse[axis]
      stride *= grid[axis]
    }
    return field[source * channels + place % channels]
  }
}
