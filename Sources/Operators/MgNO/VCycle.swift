import Autodiff
import Layers

/// W: a linear map of fields with many channels that has the form of a multigrid V-cycle; equations in MgNO.md.
struct VCycle {
  /// u ← u + S (f − A u), or u = S f where there is no u yet.
  private struct Iteration {
    var operation: Convolution?
    var smoother: Convolution

    func callAsFunction(_ u: Variable?, _ f: Variable) -> Variable {
      guard let u, let operation else { return smoother(f) }
      return u + smoother(f - operation(u))
    }
  }

  /// From level l to level l + 1 and back.
  private struct Transfer {
    /// A of the residual that is restricted; nil where f is.
    var operation: Convolution?
    var restriction: Convolution
    /// Π; nil where the coarser level starts from zero.
    var projection: Convolution?
    var prolongation: TransposedConvolution
    var norm: Normalization?
    var post: [Iteration]
  }

  private let levels: [[Iteration]]
  private let transfers: [Transfer]

  /// - Parameters:
  ///   - inputs: channels of f on the finest level.
  ///   - outputs: channels of u there.
  ///   - grids: of all levels.
  init(
    _ name: String, inputs: Int, outputs: Int, configuration: MgNO.Configuration, transfer: LevelTransfer,
    grids: [[Int]], in builder: ParameterBuilder
  ) throws {
    let post = try perTransfer(
      configuration.postIterations, key: "postIterations", levels: configuration.levels)
    func channels(_ level: Int) -> (f: Int, u: Int) {
      let factor = configuration.widening ? level + 1 : 1
      return (inputs * factor, outputs * factor)
    }
    func iteration(_ level: Int, isFirst: Bool) -> Iteration {
      let (f, u) = channels(level)
      func convolution(_ name: String, _ inputs: Int, _ outputs: Int) -> Convolution {
        Convolution(
          name, inputs: inputs, outputs: outputs, window: transfer.smoothing,
          hasBias: configuration.convolutionBias, in: builder)
      }
      return Iteration(
        operation: isFirst ? nil : convolution("operation", u, f), smoother: convolution("smoother", f, u))
    }
    let startsFromZero = configuration.coarseStart == .zero
    (levels, transfers) = builder.scope(name) {
      let levels = configuration.iterations.enumerated().map { level, count in
        (0..<count).map { index in
          builder.scope("levels.\(level).pre.\(index)") {
            iteration(level, isFirst: index == 0 && (level == 0 || startsFromZero))
          }
        }
      }
      let transfers = (0..<(configuration.levels - 1)).map { level in
        builder.scope("levels.\(level)") {
          let (fine, coarse) = (channels(level), channels(level + 1))
          return Transfer(
            operation: configuration.restriction == .residual
              ? Convolution(
                "residual", inputs: fine.u, outputs: fine.f, window: transfer.smoothing,
                hasBias: configuration.convolutionBias, in: builder) : nil,
            restriction: Convolution(
              "restriction", inputs: fine.f, outputs: coarse.f, window: transfer.down, hasBias: false,
              in: builder),
            projection: startsFromZero
              ? nil
              : Convolution(
                "projection", inputs: fine.u, outputs: coarse.u, window: transfer.down, hasBias: false,
                in: builder),
            prolongation: TransposedConvolution(
              "prolongation", inputs: coarse.u, outputs: fine.u, window: transfer.up(level), hasBias: false,
              in: builder),
            norm: configuration.norm == .level
              ? Normalization("norm", channels: fine.u, over: .sample(grid: grids[level]), in: builder) : nil,
            post: (0..<post[level]).map { index in
              builder.scope("post.\(index)") { iteration(level, isFirst: false) }
            })
        }
      }
      return (levels, transfers)
    }
  }

  func callAsFunction(_ input: Variable) -> Variable {
    var f = input
    var u = smoothed(nil, f, by: levels[0])
    var passed: [(f: Variable, u: Variable)] = []
    for (transfer, iterations) in zip(transfers, levels.dropFirst()) {
      passed.append((f, u))
      f = transfer.restriction(transfer.operation.map { f - $0(u) } ?? f)
      u = smoothed(transfer.projection.map { $0(u) }, f, by: iterations)
    }
    for (transfer, fine) in zip(transfers, passed).reversed() {
      let corrected = fine.u + transfer.prolongation(u, outputGrid: fine.u.shape.grid)
      u = smoothed(transfer.norm.map { $0(corrected) } ?? corrected, fine.f, by: transfer.post)
    }
    return u
  }

  /// Several iterations from u, which only they may bring into being.
  private func smoothed(_ u: Variable?, _ f: Variable, by iterations: [Iteration]) -> Variable {
    guard let result = iterations.reduce(u, { $1($0, f) }) else {
      preconditionFailure("a level without iterations has nothing to start from")
    }
    return result
  }
}
