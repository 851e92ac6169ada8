import Tensors
import Training

/// What the machine gives at this moment: shared machines vary by a factor of two within seconds.
struct Calibration {
  /// Floating-point operations a second of one core, on a matrix product whose operands stay in its cache.
  let flops: Double
  /// Bytes a second that one core streams from memory and back: y += x over arrays larger than any cache.
  let bandwidth: Double

  /// Elements of each streamed array in bytes; reused, so that calibrating does not fill memory.
  private static let streamBytes = 32 << 20

  /// Arrays to calibrate with.
  struct Workspace {
    let product: (a: HostBuffer, b: HostBuffer, c: HostBuffer)
    let stream: (x: HostBuffer, y: HostBuffer)?

    /// - Parameter measuresBandwidth: whether to hold the two arrays that are streamed.
    init(_ precision: Precision, measuresBandwidth: Bool) {
      let (m, n, k) = Calibration.shape
      product = (
        HostBuffer(count: m * k, precision: precision), HostBuffer(count: k * n, precision: precision),
        HostBuffer(count: m * n, precision: precision)
      )
      let count = streamBytes / precision.byteCount
      stream =
        measuresBandwidth
        ? (HostBuffer(count: count, precision: precision), HostBuffer(count: count, precision: precision))
        : nil
    }
  }

  private static let shape = (m: 48, n: 32, k: 64)

  init(_ workspace: Workspace) {
    let (m, n, k) = Calibration.shape
    let (a, b, c) = workspace.product
    let kernels = Kernels(a.precision)
    let repetitions = 400
    var start = now()
    for _ in 0..<repetitions {
      kernels.multiply(
        .init(a.slice(), rows: m, columns: k), .init(b.slice(), rows: k, columns: n),
        into: .init(c.slice(), rows: m, columns: n))
    }
    flops = 2 * Double(m * n * k * repetitions) / (now() - start)
    guard let (x, y) = workspace.stream else {
      bandwidth = 0
      return
    }
    start = now()
    kernels.scale(1, x.slice(), into: y.slice(), accumulate: true)
    bandwidth = 3 * Double(x.byteCount) / (now() - start)
  }
}
