import CFFTW
import COpenBLAS
import CPNG
import Datasets
import Tensors

/// What `opkit --version` prints: the line a bug report needs.
enum VersionReport {
  static let version = "0.1.0"

  static var text: String {
    let rows = [
      ("FFTW", fftw), ("HDF5", HDF5.version), ("OpenBLAS", openBLAS), ("libpng", png),
      ("kernels", KernelSet.active.name), ("processors", String(availableProcessors())),
    ]
    return (["opkit \(version)"] + rows.map { "  \(padded($0.0, to: 11))\($0.1)" }).joined(separator: "\n")
  }

  /// `fftw-3.3.10-sse2-avx…`: the number only.
  private static var fftw: String {
    let words = String(cString: opkit_fftw_version()).split(separator: "-")
    return words.dropFirst().first.map(String.init) ?? "unknown"
  }

  private static var png: String {
    let number = png_access_version_number()
    return "\(number / 10000).\(number / 100 % 100).\(number % 100)"
  }

  /// `OpenBLAS 0.3.21 NO_AFFINITY … SkylakeX MAX_THREADS=64`: the number only.
  private static var openBLAS: String {
    let words = String(cString: openblas_get_config()).split(separator: " ")
    return words.first { $0.first?.isNumber == true }.map(String.init) ?? "unknown"
  }
}
