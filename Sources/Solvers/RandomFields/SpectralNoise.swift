import Tensors

/// Standard normal numbers indexed by sample and wave-vector.
///
/// A number depends on (seed, stream, sample, wave-vector) and nothing else: not on resolution, on the
/// order of drawing, on threads or on the other samples.
struct SpectralNoise {
  private let generator: Philox
  private let sample: UInt64

  init(seed: UInt64, stream: String, index: Int) {
    generator = Philox(seed: seed, stream: stream)
    sample = UInt64(bitPattern: Int64(index))
  }

  /// The pair of a wave-vector: real and imaginary part, or two neighbouring cosine modes.
  @inline(__always)
  func pair(_ k1: Int, _ k2: Int = 0) -> (Double, Double) {
    generator.normals(sample, zigzag(k1) << 32 | zigzag(k2))
  }

  /// 0, -1, 1, -2, 2 … to 0, 1, 2, 3, 4 …
  @inline(__always)
  private func zigzag(_ k: Int) -> UInt64 { UInt64(k >= 0 ? 2 &* k : -2 &* k &- 1) }
}
