import CHDF5
import Datasets

/// HDF5 files as other programs write them, made with the C library itself.
enum PlainFile {
  /// Writes float64 arrays without dimension scales.
  static func write(_ path: String, _ arrays: [(name: String, shape: [Int], values: [Double])]) {
    HDF5.locked {
      let file = H5Fcreate(path, opkit_h5_truncate(), opkit_h5_default(), opkit_h5_default())
      for array in arrays { add(array.name, array.shape, array.values, to: file) }
      H5Fclose(file)
    }
  }

  /// `x` and `y` whose values are their flat indices, divided by 8.
  static func pair(_ path: String, x: [Int], y: [Int]) {
    write(path, [("x", x, ramp(x)), ("y", y, ramp(y))])
  }

  static func ramp(_ shape: [Int]) -> [Double] { (0..<shape.reduce(1, *)).map { Double($0) / 8 } }

  static func add(_ name: String, _ shape: [Int], _ values: [Double], to file: hid_t) {
    let space = H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil)
    let set = H5Dcreate2(
      file, name, opkit_h5_native_double(), space, opkit_h5_default(), opkit_h5_default(), opkit_h5_default())
    H5Dwrite(set, opkit_h5_native_double(), opkit_h5_all(), opkit_h5_all(), opkit_h5_default(), values)
    H5Dclose(set)
    H5Sclose(space)
  }

  /// Gives a variable attributes of one number each.
  static func annotate(_ variable: String, _ attributes: [(name: String, value: Double)], in file: hid_t) {
    let set = H5Dopen2(file, variable, opkit_h5_default())
    for attribute in attributes {
      let space = H5Screate(H5S_SCALAR)
      let made = H5Acreate2(
        set, attribute.name, opkit_h5_native_double(), space, opkit_h5_default(), opkit_h5_default())
      var value = attribute.value
      H5Awrite(made, opkit_h5_native_double(), &value)
      H5Aclose(made)
      H5Sclose(space)
    }
    H5Dclose(set)
  }

  /// Opens a new file, lets `body` fill it by the C library, and closes it.
  static func build(_ path: String, _ body: (hid_t) -> Void) {
    HDF5.locked {
      let file = H5Fcreate(path, opkit_h5_truncate(), opkit_h5_default(), opkit_h5_default())
      body(file)
      H5Fclose(file)
    }
  }
}
