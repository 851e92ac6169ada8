/// A setting given once for all layers, or once per layer.
///
/// - Throws: `ModelError.layerCount` for any other number of entries.
public func perLayer<T>(_ values: [T], key: String, layers: Int) throws -> [T] {
  if values.count == layers { return values }
  if values.count == 1 { return Array(repeating: values[0], count: layers) }
  throw ModelError.layerCount(key: key, count: values.count, layers: layers)
}
