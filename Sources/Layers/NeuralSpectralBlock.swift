import Autodiff
import Tensors

/// A map of functions through a few latent tokens, in every patch of the grid by itself:
///
///     encoder     t̂ = t + softmax over the patch's points (t·k) v       k, v linear in x at every point
///     transition  ẑ = t̂ + Σ_{i<K} a_i sin(π i t̂/K) + b_i cos(π i t̂/K)  in every channel
///     decoder     y = x + softmax over the tokens (q·ẑ) ẑ               q linear in x at every point
///
/// in every head, scores without a scale. A patch's tokens are averages over it, so a finer grid with patches of
/// the same physical size gives the same function.
///
/// Parameters: `tokens` `[T, C]` and `coefficients` `[2K, C]`, uniform on [0, 1/C); `encoder` C → 2C (keys, then
/// values) and `decoder` C → C as ``Linear``. The keys' part of the encoder's bias has no effect, for it moves all
/// scores alike.
///
/// - References: H. Wu, T. Hu, H. Luo, J. Wang, M. Long: Solving High-Dimensional PDEs with Latent Spectral Models,
///   ICML 2023, arXiv:2301.12664.
public struct NeuralSpectralBlock {
  private let tokens: Parameter
  private let coefficients: Parameter
  private let encoder: Linear
  private let decoder: Linear
  private let heads: Int

  /// - Parameters:
  ///   - heads: parts of the channels, which they must divide.
  ///   - harmonics: K ≥ 2.
  public init(
    _ name: String, channels: Int, tokens: Int, heads: Int, harmonics: Int, in builder: ParameterBuilder
  ) {
    precondition(channels % heads == 0, "heads divide the channels")
    let initial = Parameter.Initial.positiveUniform(upper: 1 / Double(channels))
    (self.tokens, coefficients, encoder, decoder) = builder.scope(name) {
      (
        builder.parameter("tokens", shape: [tokens, channels], initial: initial),
        builder.parameter("coefficients", shape: [2 * harmonics, channels], initial: initial),
        Linear("encoder", inputs: channels, outputs: 2 * channels, in: builder),
        Linear("decoder", inputs: channels, outputs: channels, in: builder)
      )
    }
    self.heads = heads
  }

  /// - Parameter patch: points of a patch on every axis; patches fill the grid.
  public func callAsFunction(_ x: Variable, patch: [Int]) -> Variable {
    let channels = x.shape.channels
    let windows = x.windows(patch)
    let start = x.graph.repeating(
      tokens, as: FieldShape(batch: windows.shape.batch, grid: [tokens.shape[0]], channels: channels))
    let encoded = encoder(windows)
    let gathered =
      start
      + start.attention(
        keys: encoded.channels(0..<channels), values: encoded.channels(channels..<(2 * channels)),
        heads: heads,
        scale: 1)
    let latent = gathered.addingHarmonics(coefficients)
    let decoded = decoder(windows).attention(keys: latent, values: latent, heads: heads, scale: 1)
    return x + decoded.joinedWindows(grid: x.shape.grid)
  }
}
