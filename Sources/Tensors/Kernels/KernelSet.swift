import CKernels

/// The instruction sets for which the kernels exist, and the one in use.
public enum KernelSet: Int32, Sendable, CaseIterable {
  case portable = 0
  case avx2 = 1
  case avx512 = 2

  /// The best one that this processor runs; found once per process.
  public static let active: KernelSet = KernelSet(rawValue: opkit_best_level()) ?? .portable

  /// As shown by `opkit --version`.
  public var name: String {
    switch self {
    case .portable: return "portable"
    case .avx2: return "AVX2"
    case .avx512: return "AVX-512"
    }
  }

  /// All levels up to the active one.
  public static var supported: [KernelSet] { allCases.filter { $0.rawValue <= active.rawValue } }
}
