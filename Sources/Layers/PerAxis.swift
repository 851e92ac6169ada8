/// A setting given once for all axes, or once per axis.
///
/// - Throws: `ModelError.listLength` for any other number of entries.
public func perAxis<T>(_ values: [T], key: String, dimensions: Int) throws -> [T] {
  if values.count == dimensions { return values }
  if values.count == 1 { return Array(repeating: values[0], count: dimensions) }
  throw ModelError.listLength(key: key, count: values.count, dimensions: dimensions)
}
