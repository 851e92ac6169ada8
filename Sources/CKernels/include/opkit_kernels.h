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
enum { OPKIT_IDENTITY = 0, OPKIT_GELU = 1, OPKIT_RELU = 2, OPKIT_TANH = 3, OPKIT_SILU = 4 };

typedef struct OpkitKernels {
  /// C[m×n] = init + A[m×k]·B[k×n]; A(i,l) = a[i·a_row + l·a_col], rows of B and C contiguous.
  /// init: 0 zero, 1 C itself, 2 the row vector `bias`.
  void (*gemm)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const void *a, ptrdiff_t a_row, ptrdiff_t a_col,
               const void *b, ptrdiff_t b_row, void *c, ptrdiff_t c_row, int init, const void *bias);
  /// y[s] = x[s]·W for `count` complex rows [re(n_in) | im(n_in)]; W = [re | im], each n_in×n_out.
  /// conjugate: use conj(W).
  void (*complex_rows)(ptrdiff_t count, ptrdiff_t n_in, ptrdiff_t n_out, const void *x, ptrdiff_t x_stride,
                       const void *w, void *y, ptrdiff_t y_stride, int conjugate);
  /// dW (+)= Σ_s conj(x[s])ᵀ·g[s], complex rows as above.
  void (*complex_outer)(ptrdiff_t count, ptrdiff_t n_in, ptrdiff_t n_out, const void *x, ptrdiff_t x_stride,
                        const void *g, ptrdiff_t g_stride, void *dw, int accumulate);
  /// b[n×m] = aᵀ for a[m×n].
  void (*transpose)(ptrdiff_t m, ptrdiff_t n, const void *a, void *b);
  /// Fourier recombination of `blocks` complex rows [re(c) | im(c)]:
  /// out = cosine − i·sign·sine (sine may be null).
  void (*combine)(ptrdiff_t blocks, ptrdiff_t c, const void *cosine, const void *sine, int sign, void *out);
  /// Its transpose: cosine = plus + minus, sine = i·(plus − minus); plus or minus may be null.
  void (*split)(ptrdiff_t blocks, ptrdiff_t c, const void *plus, const void *minus, void *cosine, void *sine);
  /// Rows first…last−1 of a line x of `points` rows of c, and their mirror images points − n:
  /// even[n] = x[n] + x[points − n], odd[n] = x[n] − x[points − n]; a row that is its own image gives x[n] and 0.
  void (*fold)(ptrdiff_t points, ptrdiff_t c, ptrdiff_t first, ptrdiff_t last, const void *x, void *even, void *odd);
  /// Its transpose: x[n] = init + even[n] + odd[n], x[points − n] = init + even[n] − odd[n]; init as in gemm.
  void (*unfold)(ptrdiff_t points, ptrdiff_t c, ptrdiff_t first, ptrdiff_t last, const void *even, const void *odd,
                 void *x, int init, const void *bias);
  /// In place: rows n and points − n become their sum and difference, for 0 < n < points/2. Its own transpose.
  void (*butterfly)(ptrdiff_t points, ptrdiff_t c, void *x);
  /// h = f(z)
  void (*activate)(int f, ptrdiff_t n, const void *z, void *h);
  /// dz = dh·f'(z), (+)= when accumulate
  void (*activate_backward)(int f, ptrdiff_t n, const void *z, const void *dh, void *dz, int accumulate);
  /// h = f(z) and derivative = f'(z) in one pass
  void (*activate_both)(int f, ptrdiff_t n, const void *z, void *h, void *derivative);
  /// y (=|+=) alpha·x
  void (*scale)(ptrdiff_t n, double alpha, const void *x, void *y, int accumulate);
  /// y (=|+=) x1·x2
  void (*multiply)(ptrdiff_t n, const void *x1, const void *x2, void *y, int accumulate);
  /// y[r,c] (=|+=) x[r,c]·g[c]
  void (*gate)(ptrdiff_t rows, ptrdiff_t c, const void *x, const void *g, void *y, int accumulate);
  /// out[c] (=|+=) Σ_r x[r,c]
  void (*column_sums)(ptrdiff_t rows, ptrdiff_t c, const void *x, void *out, int accumulate);
  /// out[c] (=|+=) Σ_r x1[r,c]·x2[r,c]
  void (*column_dots)(ptrdiff_t rows, ptrdiff_t c, const void *x1, const void *x2, void *out, int accumulate);
  /// Copies `c` of each row between strided rows; (+)= when accumulate.
  void (*copy_rows)(ptrdiff_t rows, ptrdiff_t c, const void *x, ptrdiff_t x_stride, void *y, ptrdiff_t y_stride,
                    int accumulate);
  /// Σ x1·x2 in double, fixed order
  double (*dot)(ptrdiff_t n, const void *x1, const void *x2);
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
