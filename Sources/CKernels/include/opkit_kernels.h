// Micro-kernels of opkit's engine, one table per instruction set and precision.
//
// All matrices are row-major with channels contiguous. `void *` stands for the table's element type. No
// kernel allocates, blocks, or keeps state; a kernel's sums run in a fixed order, so equal inputs give
// equal bits on any thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Pointwise functions, in the order of `Activation` in Swift.
enum {
  OPKIT_IDENTITY = 0,
  OPKIT_GELU = 1,
  OPKIT_RELU = 2,
  OPKIT_TANH = 3,
  OPKIT_SILU = 4,
  OPKIT_SINE = 5,
  OPKIT_LEAKY_RELU = 6,
  OPKIT_ELU = 7,
  OPKIT_SOFTPLUS = 8
};

enum {
  OPKIT_AHEAD_A = 1,
  OPKIT_AHEAD_B = 2,
  OPKIT_AHEAD_C = 4
};

typedef struct OpkitKernels {
  /// C[m×n] = init + A[m×k]·B[k×n]; A(i,l) = a[i·a_row + l·a_col], rows of B and C contiguous.
  /// init: 0 zero, 1 C itself, 2 the row vector `bias`. ahead: a sum of OPKIT_AHEAD_… for the operands whose next rows
  /// in memory are used next.
  void (*gemm)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const void *a, ptrdiff_t a_row, ptrdiff_t a_col,
               const void *b, ptrdiff_t b_row, void *c, ptrdiff_t c_row, int init, const void *bias, int ahead);
  /// y[s] = x[s]·W for `count` complex rows [re(n_in) | im(n_in)]; W = [re | im], each n_in×n_out.
  /// conjugate: use conj(W).
  void (*complex_rows)(ptrdiff_t count, ptrdiff_t n_in, ptrdiff_t n_out, const void *x, ptrdiff_t x_stride,
                       const void *w, void *y, ptrdiff_t y_stride, int conjugate);
  /// dW (+)= Σ_s conj(x[s])ᵀ·g[s], complex rows as above.
  void (*complex_outer)(ptrdiff_t count, ptrdiff_t n_in, ptrdiff_t n_out, const void *x, ptrdiff_t x_stride,
                        const void *g, ptrdiff_t g_stride, void *dw, int accumulate);
  /// b[n×m] = aᵀ for a[m×n], rows a_row and b_row elements apart.
  void (*transpose)(ptrdiff_t m, ptrdiff_t n, const void *a, ptrdiff_t a_row, void *b, ptrdiff_t b_row);
  /// Fourier recombination of `blocks` complex rows [re(c) | im(c)]:
  /// out = cosine − i·sign·sine (sine may be null).
  void (*combine)(ptrdiff_t blocks, ptrdiff_t c, const void *cosine, const void *sine, int sign, void *out);
  /// Its transpose: cosine = plus + minus, sine = i·(plus − minus); plus or minus may be null.
  void (*split)(ptrdiff_t blocks, ptrdiff_t c, const void *plus, const void *minus, void *cosine, void *sine);
  /// Rows n = first…last−1 of a line x of `points` rows of c, with e = x[n] + x[points − n], o = x[n] − x[points − n]; a
  /// row that is its own image gives x[n] and 0. Parts [last − first][c] one after the other: e and o; or, with `quarters`
  /// (even `points`, rows up to points/4) and e′, o′ of row points/2 − n: e + e′, o − o′, e − e′, o + o′; where 4n =
  /// points: e, 0, 0, o.
  void (*fold)(ptrdiff_t points, ptrdiff_t c, int quarters, ptrdiff_t first, ptrdiff_t last, const void *x, void *parts);
  /// The same rows and all their images from `count` modes [k][re | im][c]:
  /// x[n] = init + Σ_k cosine[k·stride + n − first]·re[k] + sine[…]·im[k], in images with the signs that waves have there;
  /// init as in gemm.
  void (*mirrored_synthesis)(ptrdiff_t points, ptrdiff_t c, int quarters, ptrdiff_t first, ptrdiff_t last,
                             ptrdiff_t count, const void *cosine, const void *sine, ptrdiff_t stride,
                             const void *modes, void *x, int init, const void *bias);
  /// In place: rows n and points − n become their sum and difference, for 0 < n < points/2. Its own transpose.
  void (*butterfly)(ptrdiff_t points, ptrdiff_t c, void *x);
  /// h = f(z)
  void (*activate)(int f, ptrdiff_t n, const void *z, void *h);
  /// dz = dh·f'(z), (+)= when accumulate
  void (*activate_backward)(int f, ptrdiff_t n, const void *z, const void *dh, void *dz, int accumulate);
  /// h = f(z) and derivative = f'(z) in one pass
  void (*activate_both)(int f, ptrdiff_t n, const void *z, void *h, void *derivative);
  /// h = f(z + g ⊙ s) on rows of c, g one row
  void (*activate_gated)(int f, ptrdiff_t rows, ptrdiff_t c, const void *z, const void *s, const void *g, void *h);
  /// dz = dh·f'(z + g ⊙ s)
  void (*activate_gated_backward)(int f, ptrdiff_t rows, ptrdiff_t c, const void *z, const void *s, const void *g,
                                  const void *dh, void *dz);
  /// A layer: y[m×n] = f(init + x[m×k]·B) and derivative = f' there, in the rows of y; it may be null. init as in gemm.
  /// packed: B is as `pack` writes it, otherwise its rows follow one another.
  void (*dense)(int f, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const void *x, ptrdiff_t x_row, const void *b, int packed,
                void *y, ptrdiff_t y_row, void *derivative, int init, const void *bias);
  /// Its weights' gradients from g[m×n]: g ← g·f′ (unless derivative is null), dw[k×n] (=|+=) xᵀ·g, db (=|+=) Σ_r g[r].
  /// dw and db may be null. `derivative`, in the rows of g, is the value of f for ReLU, tanh, leaky ReLU and ELU, whose f′
  /// follows from it; with f = identity it is f′ itself.
  void (*dense_outer)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const void *x, ptrdiff_t x_row, void *g, ptrdiff_t g_row,
                      int f, const void *derivative, void *dw, int accumulate_w, void *db, int accumulate_b);
  /// y (=|+=) alpha·x
  void (*scale)(ptrdiff_t n, double alpha, const void *x, void *y, int accumulate);
  /// y (=|+=) x1·x2
  void (*multiply)(ptrdiff_t n, const void *x1, const void *x2, void *y, int accumulate);
  /// y[r,c] (=|+=) x[r,c]·g[c]
  void (*gate)(ptrdiff_t rows, ptrdiff_t c, const void *x, const void *g, void *y, int accumulate);
  /// out[c] (=|+=) Σ_r x[r,c]
  void (*column_sums)(ptrdiff_t rows, ptrdiff_t c, const void *x, void *out, int accumulate);
  // sum[c] + error[c] += Σ_r x[r,c], error[c] being what rounding took away from sum[c].
  void (*column_sums_compensated)(ptrdiff_t rows, ptrdiff_t c, const void *x, void *sum, void *error);
  /// out[c] (=|+=) Σ_r x1[r,c]·x2[r,c]
  void (*column_dots)(ptrdiff_t rows, ptrdiff_t c, const void *x1, const void *x2, void *out, int accumulate);
  /// Copies `c` of each row between strided rows; (+)= when accumulate.
  void (*copy_rows)(ptrdiff_t rows, ptrdiff_t c, const void *x, ptrdiff_t x_stride, void *y, ptrdiff_t y_stride,
                    int accumulate);
  /// Σ x1·x2 in double, fixed order
  double (*dot)(ptrdiff_t n, const void *x1, const void *x2);
  /// Σ (x1 − x2)² in double, fixed order
  double (*squared_distance)(ptrdiff_t n, const void *x1, const void *x2);
  /// y (=|+=) alpha·(x1 − x2)
  void (*difference)(ptrdiff_t n, double alpha, const void *x1, const void *x2, void *y, int accumulate);
  /// Σ |x| in double
  double (*absolute_sum)(ptrdiff_t n, const void *x);
  /// y = sign(x)·alpha, (+)= when accumulate
  void (*sign)(ptrdiff_t n, double alpha, const void *x, void *y, int accumulate);
  /// y = x·s + t elementwise with period `period` of s and t (1, channels, or points·channels)
  void (*affine)(ptrdiff_t n, ptrdiff_t period, const void *x, const void *s, const void *t, void *y);
  /// Index of the first non-finite element, or −1
  ptrdiff_t (*first_non_finite)(ptrdiff_t n, const void *x);
  /// out = scale·(l[0] + l[1] + …) in a fixed tree over `lanes` ≤ 64 arrays
  void (*reduce_lanes)(ptrdiff_t n, int lanes, const void *const *l, double scale, void *out);
  /// Adam on one range. second moment of complex pairs (pair > 0) is |g|² with the partner `pair` elements
  /// on; n then covers the real parts only. See `Adam` in Training for the formulas.
  void (*adam)(ptrdiff_t n, ptrdiff_t pair, void *w, void *m, void *v, const void *g, double beta1, double beta2,
               double step, double v_scale, double epsilon, double coupled_decay, double decoupled_decay);
  /// Lion on one range: w ← (1 − decay)·w − step·sign(β₁m + (1 − β₁)g), m ← β₂m + (1 − β₂)g.
  void (*lion)(ptrdiff_t n, void *w, void *m, const void *g, double beta1, double beta2, double step, double decay);

  /// Writes rows at … at + k of a matrix of `depth` rows and n columns into panels, which is how gemm_gathered wants
  /// B; the whole takes depth·n elements, n rounded up to a multiple of 32.
  void (*pack)(ptrdiff_t k, ptrdiff_t n, const void *b, ptrdiff_t b_row, ptrdiff_t depth, ptrdiff_t at, void *packed);
  /// The same from the transposed matrix b[n×k].
  void (*pack_transposed)(ptrdiff_t k, ptrdiff_t n, const void *b, ptrdiff_t b_row, ptrdiff_t depth, ptrdiff_t at,
                          void *packed);
  /// For every block q: C_q[m×n] = init + Σ_s A_{q,s}[m×k]·B_s, where A_{q,s}(i,l) = a[a_block[q] + a_segment[s] +
  /// i·a_row + l·a_col], C_q starts at c + c_block[q], and B = (B_0, B_1, …) is packed. init as for gemm.
  void (*gemm_gathered)(ptrdiff_t blocks, const ptrdiff_t *a_block, const ptrdiff_t *c_block, ptrdiff_t m, ptrdiff_t n,
                        ptrdiff_t segments, const ptrdiff_t *a_segment, ptrdiff_t k, const void *a, ptrdiff_t a_row,
                        ptrdiff_t a_col, const void *packed, void *c, ptrdiff_t c_row, int init, const void *bias);
  /// The 4 × 4 points of each block of a line of blocks of 2 × 2, transformed: t[q·entry + b·c + i], q < 16. Blocks
  /// are two points apart, points c elements, lines x_line.
  void (*winograd_input)(ptrdiff_t blocks, ptrdiff_t c, const void *x, ptrdiff_t x_line, void *t, ptrdiff_t entry);
  /// The same from the blocks' own 2 × 2 points of a gradient.
  void (*winograd_gradient)(ptrdiff_t blocks, ptrdiff_t c, const void *g, ptrdiff_t g_line, void *t, ptrdiff_t entry);
  /// The 2 × 2 results of each block from sixteen products; init as for gemm.
  void (*winograd_output)(ptrdiff_t blocks, ptrdiff_t c, const void *t, ptrdiff_t entry, void *y, ptrdiff_t y_line,
                          int init, const void *bias);
  /// t[q·n + i], q < 16, from nine taps w[k·n + i], or from the taps in reverse.
  void (*winograd_weights)(ptrdiff_t n, int flips, const void *w, void *t);
  /// dw += the adjoint of winograd_weights applied to t
  void (*winograd_weights_adjoint)(ptrdiff_t n, const void *t, void *dw);
  /// y[p,c] = init + Σ_t x[p·x_row + x_tap[t] + c]·w[t,c]; init as for gemm.
  void (*depthwise)(ptrdiff_t pixels, ptrdiff_t c, ptrdiff_t taps, const ptrdiff_t *x_tap, const void *x,
                    ptrdiff_t x_row, const void *w, void *y, ptrdiff_t y_row, int init, const void *bias);
  /// dw[t,c] += Σ_p x[p·x_row + x_tap[t] + c]·g[p,c]
  void (*depthwise_outer)(ptrdiff_t pixels, ptrdiff_t c, ptrdiff_t taps, const ptrdiff_t *x_tap, const void *x,
                          ptrdiff_t x_row, const void *g, ptrdiff_t g_row, void *dw);
  /// y[p,c] = max_t x[p·x_row + x_tap[t] + c]
  void (*window_max)(ptrdiff_t pixels, ptrdiff_t c, ptrdiff_t taps, const ptrdiff_t *x_tap, const void *x,
                     ptrdiff_t x_row, void *y);
  /// dx += g at the first tap whose x is the largest
  void (*window_max_backward)(ptrdiff_t pixels, ptrdiff_t c, ptrdiff_t taps, const ptrdiff_t *x_tap, const void *x,
                              ptrdiff_t x_row, const void *g, void *dx);
  /// y[i] = x[index[i]] for runs of `width` elements; zeros where the index is negative
  void (*gather)(ptrdiff_t count, ptrdiff_t width, const int32_t *index, const void *x, void *y);
  /// dx[index[i]] += g[i]
  void (*scatter_add)(ptrdiff_t count, ptrdiff_t width, const int32_t *index, const void *g, void *dx);
  /// y[r] (=|+=) Σ_e weight[e]·x[column[e]] over e in start[r] … start[r + 1], for runs of `width` elements
  void (*sparse_rows)(ptrdiff_t rows, ptrdiff_t width, const int32_t *start, const int32_t *column,
                      const double *weight, const void *x, void *y, int accumulate);

  /// y = (x − mean)/√(var + ε)·γ + β along every row; γ and β (may be null) are [period][c], row r uses r mod period.
  /// statistics (may be null): mean and 1/√(var + ε) of each row.
  void (*row_norm)(ptrdiff_t rows, ptrdiff_t c, ptrdiff_t period, const void *x, const void *gamma, const void *beta,
                   double epsilon, void *y, void *statistics);
  /// Its adjoint: dx (may be null), dγ += and dβ += (where γ is given).
  void (*row_norm_backward)(ptrdiff_t rows, ptrdiff_t c, ptrdiff_t period, const void *x, const void *gamma,
                            const void *statistics, const void *g, void *dx, int accumulate, void *dgamma,
                            void *dbeta);
  /// Mean and Σ (x − mean)² of every column
  void (*column_moments)(ptrdiff_t rows, ptrdiff_t c, const void *x, void *mean, void *squares);
  /// y[r,c] = f((x[r,c] − mean[c])·s[c] + t[c])
  void (*column_norm)(int f, ptrdiff_t rows, ptrdiff_t c, const void *x, const void *mean, const void *s,
                      const void *t, void *y);
  /// g ← g·f′(z) with z as above, sum[c] += Σ_r g, product[c] += Σ_r g·(x − mean)
  void (*column_norm_sums)(int f, ptrdiff_t rows, ptrdiff_t c, const void *x, const void *mean, const void *s,
                           const void *t, void *g, void *sum, void *product);
  /// y[r,c] (=|+=) a[c]·g[r,c] + b[c]·(x[r,c] − mean[c]) + d[c]
  void (*column_combination)(ptrdiff_t rows, ptrdiff_t c, const void *g, const void *x, const void *mean,
                             const void *a, const void *b, const void *d, void *y, int accumulate);

  /// One tile of a running softmax: with v = scale·s + offset (offset may be null) and level' = max(level, max v):
  /// s ← exp(v − level'), correction = exp(level − level'), sum ← sum·correction + Σ s, level ← level'.
  void (*softmax_online)(ptrdiff_t rows, ptrdiff_t c, void *s, double scale, const void *offset, void *level,
                         void *sum, void *correction);
  /// level ← level + log(sum)
  void (*softmax_finish)(ptrdiff_t rows, const void *sum, void *level);
  /// s ← exp(scale·s + offset − level)
  void (*softmax_again)(ptrdiff_t rows, ptrdiff_t c, void *s, double scale, const void *offset, const void *level);
  /// ds (=|+=) alpha·p·(g − shift[r])
  void (*softmax_backward)(ptrdiff_t rows, ptrdiff_t c, const void *p, const void *g, const void *shift, double alpha,
                           void *ds, int accumulate);
  /// out[r] = Σ_c a[r,c]·b[r,c] for strided rows
  void (*row_dots)(ptrdiff_t rows, ptrdiff_t c, const void *a, ptrdiff_t a_row, const void *b, ptrdiff_t b_row,
                   void *out);
  /// x[r] ← x[r]·factor[r], or divided by it when `inverse`, for strided rows
  void (*scale_rows)(ptrdiff_t rows, ptrdiff_t c, const void *factor, int inverse, void *x, ptrdiff_t x_row);
  /// y[r,c] (=|+=) x[r,c]·factor[r]
  void (*scaled_rows)(ptrdiff_t rows, ptrdiff_t c, const void *factor, const void *x, void *y, int accumulate);

  // Fourier modes, which are interleaved complex numbers; `count` is a number of modes.

  /// out = Σ_j w_j·x_j over 1 to 8 `terms`; weights are real, one a mode, or complex.
  void (*mode_combine)(ptrdiff_t count, int complex, int terms, const void *const *weights, const void *const *values,
                       void *out);
  /// One more than the last k with |x_k|² > negligible·Σ|x|², or 0; all where that is not a number.
  ptrdiff_t (*active_modes)(ptrdiff_t count, const void *x, double negligible);
  /// Modes 0 … count − 1 ≤ half of a real line of 2·half points (higher ones are 0) as those of the complex line of
  /// `half` points that holds its even points as real and its odd ones as imaginary parts.
  /// turns: i·exp(2πi m/(2·half)) for m = 0 … half.
  void (*line_spread)(ptrdiff_t half, ptrdiff_t count, const void *x, const void *turns, void *z);
  /// The way back, modes 0 … count − 1 < half, times a complex factor each (may be null).
  void (*line_gather)(ptrdiff_t half, ptrdiff_t count, const void *z, const void *turns, const void *factor, void *x);
  /// x ← c₀ + c₁x + … + c₄x⁴, of which c₃ and c₄ count only where degree > 2.
  void (*quartic)(ptrdiff_t n, int degree, const void *c, void *x);
  /// z ← z²
  void (*complex_square)(ptrdiff_t n, void *z);
  /// With v = inverse·w, k₂ = first + j: here[j] = (k₁ + i·k₂)·v[j], mirror[count − 1 − j] = −conj((k₁ − i·k₂)·v[j]).
  void (*vorticity_velocity)(ptrdiff_t first, ptrdiff_t count, double k1, const void *w, const void *inverse,
                             void *here, void *mirror);
  /// With W = here[j], V = mirror[count − 1 − j], p = scale·(k₁² − k₂²), q = 2·scale·k₁k₂:
  /// out[j] = p·Im(W + V) − q·Re(W + V) + i·(p·Re(V − W) + q·Im(V − W)).
  void (*vorticity_advection)(ptrdiff_t first, ptrdiff_t count, double k1, double scale, const void *here,
                              const void *mirror, void *out);

  /// Rows of `parts` parts of 2·half: the pairs (x[i], x[i + half]) of every part are turned by sign·angle[r][i].
  void (*rotate)(ptrdiff_t rows, ptrdiff_t parts, ptrdiff_t half, const void *x, const void *cosine, const void *sine,
                 double sign, void *y, int accumulate);
  /// y[r] = [f where x > 0 | f where x < 0], f = (|x|/n)^p, n = √(Σ_c x² + 1e-12), p = power·(½ + tanh n)
  void (*direction_powers)(ptrdiff_t rows, ptrdiff_t c, const void *x, double power, void *y);
  /// Its adjoint, given y.
  void (*direction_powers_backward)(ptrdiff_t rows, ptrdiff_t c, const void *x, double power, const void *y,
                                    const void *g, void *dx, int accumulate);
  /// y[r] = [x³ where x > 0 | −x³ where x < 0]
  void (*signed_cubes)(ptrdiff_t rows, ptrdiff_t c, const void *x, void *y);
  void (*signed_cubes_backward)(ptrdiff_t rows, ptrdiff_t c, const void *x, const void *g, void *dx, int accumulate);
} OpkitKernels;

/// Instruction sets in increasing order.
enum { OPKIT_PORTABLE = 0, OPKIT_AVX2 = 1, OPKIT_AVX512 = 2 };

/// The best level this processor runs.
int opkit_best_level(void);
/// The table of a level that this processor supports; element size 4 or 8.
const OpkitKernels *opkit_kernels(int level, int element_size);

#ifdef __cplusplus
}
#endif
