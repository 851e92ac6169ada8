import Autodiff
import Tensors

/// Attention between functions: each variable of a system is a token, and its value is a function on the domain.
///
///     y_a = Σ_b p_ab V x_b,   p_ab = softmax_b( ⟨Q x_a, K x_b⟩ / (√d τ) ),   ⟨f, g⟩ = 1/N Σ_n f(x_n)·g(x_n)
///
/// Q, K and V are linear integral operators with a pointwise part, R x ↦ F*(R·F x) + W x + b, the same for all tokens. The
/// product is a mean over the domain, so that scores do not grow with the resolution. Several heads, each with operators of
/// its own, end in one pointwise linear map. Permuting the tokens permutes the result.
///
/// - References: M. A. Rahman et al., Pretraining Codomain Attention Neural Operators for Solving Multiphysics PDEs,
///   NeurIPS 2024, arXiv:2403.12553, section 4.
public struct CodomainAttention {
  /// A linear integral operator with a pointwise part.
  private struct Operator {
    var spectral: SpectralConvolution
    var pointwise: Linear

    init(_ name: String, width: Int, modes: [Int], in builder: ParameterBuilder) {
      (spectral, pointwise) = builder.scope(name) {
        (
          .twoSided("spectral", width: width, modes: modes, in: builder),
          Linear("pointwise", inputs: width, outputs: width, in: builder)
        )
      }
    }

    func callAsFunction(_ x: Variable, _ map: SpectralMap) -> Variable {
      x.spectralBlock(
        map, weight: spectral.weight, skip: pointwise.weight, bias: pointwise.bias, activation: .identity)
    }
  }

  private let heads: [(query: Operator, key: Operator, value: Operator)]
  private let projection: Linear?
  private let temperature: Double

  /// - Parameters:
  ///   - width: channels of a token, and of each head.
  ///   - modes: kept modes per axis, both signs counted.
  ///   - temperature: τ.
  public init(
    _ name: String, width: Int, heads: Int, modes: [Int], temperature: Double, in builder: ParameterBuilder
  ) {
    self.temperature = temperature
    (self.heads, projection) = builder.scope(name) {
      (
        (0..<heads).map { head in
          builder.scope("heads.\(head)") {
            (
              Operator("query", width: width, modes: modes, in: builder),
              Operator("key", width: width, modes: modes, in: builder),
              Operator("value", width: width, modes: modes, in: builder)
            )
          }
        },
        heads > 1
          ? Linear("projection", inputs: heads * width, outputs: width, in: builder) : nil
      )
    }
  }

  /// Records the attention.
  ///
  /// - Parameters:
  ///   - tokens: `[B·variables, width, N…]`, those of a sample one after another.
  ///   - map: of the tokens' grid and this layer's modes.
  public func callAsFunction(_ tokens: Variable, variables: Int, map: SpectralMap) -> Variable {
    let shape = tokens.shape
    precondition(shape.batch % variables == 0, "the batch is not made of \(variables) tokens a sample")
    // A token's function in one row: all of its values are the features of a point.
    let rows = FieldShape(batch: shape.batch / variables, grid: [variables], channels: shape.sampleCount)
    let scale = 1 / (Double(shape.points) * Double(shape.channels).squareRoot() * temperature)
    let results = heads.map { head in
      head.query(tokens, map).reshaped(rows).attention(
        keys: head.key(tokens, map).reshaped(rows), values: head.value(tokens, map).reshaped(rows), heads: 1,
        scale: scale
      ).reshaped(shape)
    }
    let all = results.dropFirst().reduce(results[0]) { $0.concatenated(with: $1) }
    return projection?(all) ?? all
  }
}

extension SpectralConvolution {
  /// A dense convolution of as many channels out as in, with both signs of frequencies and neuraloperator's scaling.
  public static func twoSided(_ name: String, width: Int, modes: [Int], in builder: ParameterBuilder)
    -> SpectralConvolution
  {
    SpectralConvolution(
      name, inputs: width, outputs: width, modes: modes, selection: .twoSided,
      initial: .normal(deviation: 1 / Double(width).squareRoot()), forwardNormalized: true, in: builder)
  }
}
