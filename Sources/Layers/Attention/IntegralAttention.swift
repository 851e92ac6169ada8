import Autodiff
import Tensors

/// Multi-head self-attention as a kernel integral over the domain: y(x) = W ∫ κ(x, x′; u) v(x′) dx′ + b in every head, with
/// q, k, v linear in u(x), without bias.
public struct IntegralAttention {
  public enum Kind: String, Sendable, CaseIterable {
    /// κ = e^{q·k/√D} / ∫ e^{q·k/√D}; cost grows with the square of the points.
    case softmax
    /// κ = q·k, with two of q, k, v normalised.
    case linear
    /// κ = φ(q)·φ(k) / ∫ φ(q)·φ(k) with the norm-aware maps φ of NaLaFormer; position turns the numerator alone.
    case nala
  }

  /// What ``Kind/linear`` normalises.
  public enum Norm: String, Sendable, CaseIterable {
    /// k and v, over the channels of a head at every point.
    case galerkin
    /// q and k, likewise.
    case fourier
    /// k and v, each channel over the domain: statistics are integrals.
    case domain
  }

  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let heads: Int
  private let kind: Kind
  private let norm: Norm

  /// - Parameter headWidth: channels of each head.
  public init(
    _ name: String, channels: Int, heads: Int, headWidth: Int, kind: Kind, norm: Norm = .galerkin,
    in builder: ParameterBuilder
  ) {
    let inner = heads * headWidth
    (query, key, value, output) = builder.scope(name) {
      (
        Linear("query", inputs: channels, outputs: inner, hasBias: false, in: builder),
        Linear("key", inputs: channels, outputs: inner, hasBias: false, in: builder),
        Linear("value", inputs: channels, outputs: inner, hasBias: false, in: builder),
        Linear("output", inputs: inner, outputs: channels, in: builder)
      )
    }
    self.heads = heads
    self.kind = kind
    self.norm = norm
  }

  /// - Parameters:
  ///   - weights: quadrature weights of the points, with the sum 1.
  ///   - rotation: position, for heads of this width; nil for none.
  public func callAsFunction(_ x: Variable, weights: HostBuffer, rotation: Rotation?) -> Variable {
    let (q, k, v) = (query(x), key(x), value(x))
    switch kind {
    case .softmax:
      return output(
        turned(q, rotation).attention(keys: turned(k, rotation), values: v, heads: heads, weights: weights))
    case .linear: return output(linear(q, k, v, weights, rotation))
    case .nala: return output(normAware(q, k, v, weights, rotation))
    }
  }

  private func turned(_ x: Variable, _ rotation: Rotation?, parts: Int = 1) -> Variable {
    guard let rotation else { return x }
    return x.rotated(by: rotation, heads: parts * heads)
  }

  private func linear(
    _ q: Variable, _ k: Variable, _ v: Variable, _ weights: HostBuffer, _ rotation: Rotation?
  ) -> Variable {
    var (q, k, v) = (q, k, v)
    switch norm {
    case .galerkin: (k, v) = (k.layerNormalized(groups: heads), v.layerNormalized(groups: heads))
    case .fourier: (q, k) = (q.layerNormalized(groups: heads), k.layerNormalized(groups: heads))
    case .domain:
      let groups = k.shape.channels
      (k, v) = (
        k.domainNormalized(weights: weights, groups: groups),
        v.domainNormalized(weights: weights, groups: groups)
      )
    }
    return turned(q, rotation).linearAttention(
      keys: turned(k, rotation), values: v, heads: heads, weights: weights)
  }

  private func normAware(
    _ q: Variable, _ k: Variable, _ v: Variable, _ weights: HostBuffer, _ rotation: Rotation?
  ) -> Variable {
    let (features, others) = (q.normAwareQueries(heads: heads), k.normAwareKeys(heads: heads))
    let shape = v.shape.with(channels: heads)
    let ones = HostBuffer(count: shape.count, precision: v.graph.precision)
    for i in 0..<shape.count { ones[i] = 1 }
    let measure = features.linearAttention(
      keys: others, values: v.graph.constant(ones, shape), heads: heads, weights: weights)
    // A head's features are two parts of its width.
    let integral = turned(features, rotation, parts: 2).linearAttention(
      keys: turned(others, rotation, parts: 2), values: v, heads: heads, weights: weights)
    return integral.divided(by: measure, epsilon: 1e-6)
  }
}
