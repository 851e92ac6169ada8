// Matrix kernels for one element type and one instruction set. Included by kernels.template.h.
//
// One register-blocked micro-kernel: MR rows of A (read by broadcast, so A may be transposed for free)
// times two vectors of B. Tall matrices are cut into nearly equal tiles of at most MR_MAX rows, so that
// no remainder runs at a fraction of the speed.

#define K_BLOCK 512
// Rows of the tile that is one vector wide: with sixteen registers twice as many, or its chains of additions are too
// few to hide their latency.
#if MR_MAX >= 14
#define MR_ONE MR_MAX
#else
#define MR_ONE (2 * MR_MAX)
#endif

// Loads and stores of the last, incomplete vector of a row.
#if defined(LEVEL_AVX512)
#if ELEMENT_SIZE == 4
INLINE vec NAME(load_part)(const REAL *p, ptrdiff_t n) {
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1u), p);
}
INLINE void NAME(store_part)(REAL *p, vec v, ptrdiff_t n) {
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1u), (__m512)v);
}
#else
INLINE vec NAME(load_part)(const REAL *p, ptrdiff_t n) {
  return (vec)_mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1u), p);
}
INLINE void NAME(store_part)(REAL *p, vec v, ptrdiff_t n) {
  _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1u), (__m512d)v);
}
#endif
#elif defined(LEVEL_AVX2)
// Masked loads are cheap; masked stores are microcode on some processors, so a rest is stored in halves.
#if ELEMENT_SIZE == 4
INLINE vec NAME(load_part)(const REAL *p, ptrdiff_t n) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return (vec)_mm256_maskload_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), lanes));
}
INLINE void NAME(store_part)(REAL *p, vec v, ptrdiff_t n) {
  __m128 rest = _mm256_castps256_ps128((__m256)v);
  if (n & 4) {
    _mm_storeu_ps(p, rest);
    rest = _mm256_extractf128_ps((__m256)v, 1);
    p += 4;
  }
  if (n & 2) {
    _mm_storel_pi((__m64 *)p, rest);
    rest = _mm_movehl_ps(rest, rest);
    p += 2;
  }
  if (n & 1) _mm_store_ss(p, rest);
}
#else
INLINE vec NAME(load_part)(const REAL *p, ptrdiff_t n) {
  const __m256i lanes = _mm256_setr_epi64x(0, 1, 2, 3);
  return (vec)_mm256_maskload_pd(p, _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), lanes));
}
INLINE void NAME(store_part)(REAL *p, vec v, ptrdiff_t n) {
  __m128d rest = _mm256_castpd256_pd128((__m256d)v);
  if (n & 2) {
    _mm_storeu_pd(p, rest);
    rest = _mm256_extractf128_pd((__m256d)v, 1);
    p += 2;
  }
  if (n & 1) _mm_store_sd(p, rest);
}
#endif
#else
INLINE vec NAME(load_part)(const REAL *p, ptrdiff_t n) {
  REAL t[VL];
  for (int i = 0; i < VL; i++) t[i] = i < n ? p[i] : (REAL)0;
  return *(const vecu *)t;
}
INLINE void NAME(store_part)(REAL *p, vec v, ptrdiff_t n) {
  REAL t[VL];
  *(vecu *)t = v;
  for (int i = 0; i < n; i++) p[i] = t[i];
}
#endif

INLINE vec NAME(load_n)(const REAL *p, ptrdiff_t n) { return n >= VL ? *(const vecu *)p : NAME(load_part)(p, n); }
INLINE void NAME(store_n)(REAL *p, vec v, ptrdiff_t n) {
  if (n >= VL) *(vecu *)p = v;
  else NAME(store_part)(p, v, n);
}

// Runs `body` for whole vectors, then once for the rest with masked loads and stores through `m` columns.
#define FOR_VECTORS(n, ...)                                 \
  {                                                         \
    ptrdiff_t i = 0;                                        \
    for (; i + VL <= (n); i += VL) { const ptrdiff_t m = VL; __VA_ARGS__ } \
    if (i < (n)) { const ptrdiff_t m = (n) - i; __VA_ARGS__ }      \
  }
#define AT(p) NAME(load_n)((p) + i, m)
#define PUT(p, v) NAME(store_n)((p) + i, v, m)

// MR rows × NV vectors, the last vector holding `tail` columns. MR, NV and whole are compile-time constants.
INLINE void NAME(micro)(const int MR, const int NV, const int whole, ptrdiff_t tail, ptrdiff_t k, const REAL *a,
                        ptrdiff_t a_row, ptrdiff_t a_col, const REAL *b, ptrdiff_t b_row, REAL *c, ptrdiff_t c_row,
                        int init, const REAL *bias) {
  vec acc[MR_ONE][2];
  UNROLL for (int i = 0; i < MR; i++) {
    UNROLL for (int j = 0; j < NV; j++) {
      const int full = whole || j + 1 < NV;
      if (init != 2) acc[i][j] = (vec)(REAL)0;
      else acc[i][j] = full ? *(const vecu *)(bias + j * VL) : NAME(load_part)(bias + j * VL, tail);
    }
  }
  for (ptrdiff_t l = 0; l < k; l++) {
    vec bv[2];
    UNROLL for (int j = 0; j < NV; j++) {
      const int full = whole || j + 1 < NV;
      bv[j] = full ? *(const vecu *)(b + j * VL) : NAME(load_part)(b + j * VL, tail);
    }
    UNROLL for (int i = 0; i < MR; i++) {
      const vec av = (vec)a[i * a_row];
      UNROLL for (int j = 0; j < NV; j++) acc[i][j] = FMA(av, bv[j], acc[i][j]);
    }
    a += a_col;
    b += b_row;
  }
  UNROLL for (int i = 0; i < MR; i++) {
    UNROLL for (int j = 0; j < NV; j++) {
      const int full = whole || j + 1 < NV;
      REAL *to = c + i * c_row + j * VL;
      // Added to what is there at last: sums over many blocks are rounded once a block at their own size.
      if (init == 1) acc[i][j] += full ? *(const vecu *)to : NAME(load_part)(to, tail);
      if (full) *(vecu *)to = acc[i][j];
      else NAME(store_part)(to, acc[i][j], tail);
    }
  }
}

#define MICRO_PARAMETERS                                                                                      \
  ptrdiff_t tail, ptrdiff_t k, const REAL *a, ptrdiff_t a_row, ptrdiff_t a_col, const REAL *b, ptrdiff_t b_row, \
      REAL *c, ptrdiff_t c_row, int init, const REAL *bias
#define MICRO_ARGUMENTS tail, k, a, a_row, a_col, b, b_row, c, c_row, init, bias
#define MICRO_TWO(mr)                                                                               \
  static void NAME(micro_##mr##_2)(MICRO_PARAMETERS) { NAME(micro)(mr, 2, 1, MICRO_ARGUMENTS); }  \
  static void NAME(micro_##mr##_2t)(MICRO_PARAMETERS) { NAME(micro)(mr, 2, 0, MICRO_ARGUMENTS); }
#define MICRO_ONE(mr)                                                                               \
  static void NAME(micro_##mr##_1)(MICRO_PARAMETERS) { NAME(micro)(mr, 1, 1, MICRO_ARGUMENTS); }  \
  static void NAME(micro_##mr##_1t)(MICRO_PARAMETERS) { NAME(micro)(mr, 1, 0, MICRO_ARGUMENTS); }
#define PAIR_TWO(mr) {NAME(micro_##mr##_2), NAME(micro_##mr##_2t)},
#define PAIR_ONE(mr) {NAME(micro_##mr##_1), NAME(micro_##mr##_1t)},
#define UP_TO_6(F) F(1) F(2) F(3) F(4) F(5) F(6)
#define UP_TO_12(F) UP_TO_6(F) F(7) F(8) F(9) F(10) F(11) F(12)
#define UP_TO_14(F) UP_TO_12(F) F(13) F(14)
typedef void (*NAME(micro_function))(MICRO_PARAMETERS);
#if MR_MAX == 14
UP_TO_14(MICRO_TWO)
UP_TO_14(MICRO_ONE)
static const NAME(micro_function) NAME(two_vectors)[MR_MAX][2] = {UP_TO_14(PAIR_TWO)};
static const NAME(micro_function) NAME(one_vector)[MR_ONE][2] = {UP_TO_14(PAIR_ONE)};
#elif MR_MAX == 6
UP_TO_6(MICRO_TWO)
UP_TO_12(MICRO_ONE)
static const NAME(micro_function) NAME(two_vectors)[MR_MAX][2] = {UP_TO_6(PAIR_TWO)};
static const NAME(micro_function) NAME(one_vector)[MR_ONE][2] = {UP_TO_12(PAIR_ONE)};
#else
#error "no list of tiles for this MR_MAX"
#endif

// C[i, 0…n) for n of at most NARROW columns and contiguous rows of A: dot products along k instead of
// vectors across columns, which would be nearly empty.
#define NARROW 3
#define NARROW_K 1024

INLINE REAL NAME(horizontal_sum)(vec v) {
  REAL s[VL];
  *(vecu *)s = v;
  UNROLL for (int width = VL / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) s[i] += s[i + width];
  return s[0];
}

// R rows of A times one column.
INLINE void NAME(narrow_tile)(const int R, ptrdiff_t k, const REAL *a, ptrdiff_t a_row, const REAL *column, REAL *sums) {
  vec acc[4];
  UNROLL for (int r = 0; r < R; r++) acc[r] = (vec)(REAL)0;
  ptrdiff_t l = 0;
  for (; l + VL <= k; l += VL) {
    const vec w = *(const vecu *)(column + l);
    UNROLL for (int r = 0; r < R; r++) acc[r] = FMA(*(const vecu *)(a + r * a_row + l), w, acc[r]);
  }
  if (l < k) {
    const vec w = NAME(load_part)(column + l, k - l);
    UNROLL for (int r = 0; r < R; r++) acc[r] = FMA(NAME(load_part)(a + r * a_row + l, k - l), w, acc[r]);
  }
  UNROLL for (int r = 0; r < R; r++) sums[r] = NAME(horizontal_sum)(acc[r]);
}

static void NAME(gemm_narrow)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const REAL *a, ptrdiff_t a_row, const REAL *b,
                              ptrdiff_t b_row, REAL *c, ptrdiff_t c_row, int init, const REAL *bias) {
  REAL column[NARROW_K], sums[4];
  for (ptrdiff_t j = 0; j < n; j++) {
    for (ptrdiff_t l = 0; l < k; l++) column[l] = b[l * b_row + j];
    for (ptrdiff_t i = 0; i < m;) {
      const ptrdiff_t rows = m - i < 4 ? 1 : 4;
      if (rows == 4) NAME(narrow_tile)(4, k, a + i * a_row, a_row, column, sums);
      else NAME(narrow_tile)(1, k, a + i * a_row, a_row, column, sums);
      for (ptrdiff_t r = 0; r < rows; r++) {
        REAL *to = c + (i + r) * c_row + j;
        const REAL from = init == 0 ? (REAL)0 : init == 1 ? *to : bias[j];
        *to = from + sums[r];
      }
      i += rows;
    }
  }
}

// Operations work through long arrays block by block. What the next block needs is asked for while this one is computed:
// products of 32 columns whose operands come from memory take half the time.
#define LINE (64 / ELEMENT_SIZE)
// Rows of A and of C that are computed together, so that A comes from a near cache for all columns but the first.
#define ROW_BLOCK 240

INLINE void NAME(ask)(const REAL *p, ptrdiff_t count, const int writes) {
  for (ptrdiff_t i = 0; i < count; i += LINE) {
    if (writes) __builtin_prefetch(p + i, 1);
    else __builtin_prefetch(p + i, 0);
  }
}

// C = A·B for a block of rows: those some tiles ahead, of A at its first columns of C.
#define AHEAD_ROWS 24
INLINE void NAME(ask_rows)(int ahead, ptrdiff_t rows, ptrdiff_t k, const REAL *a, ptrdiff_t a_row, REAL *c, ptrdiff_t c_row) {
  if (ahead & OPKIT_AHEAD_A) {
    if (a_row == k) NAME(ask)(a + AHEAD_ROWS * a_row, rows * k, 0);
    else for (ptrdiff_t r = AHEAD_ROWS; r < AHEAD_ROWS + rows; r++) NAME(ask)(a + r * a_row, k, 0);
  }
  if (ahead & OPKIT_AHEAD_C)
    for (ptrdiff_t r = AHEAD_ROWS; r < AHEAD_ROWS + rows; r++) __builtin_prefetch(c + r * c_row, 1);
}

// C = Aᵀ·B goes through all k rows of A and B for every tile: some of the k rows that follow.
INLINE void NAME(ask_next)(int ahead, ptrdiff_t first, ptrdiff_t last, const REAL *a, ptrdiff_t a_col, ptrdiff_t m,
                           const REAL *b, ptrdiff_t b_row, ptrdiff_t n) {
  for (ptrdiff_t l = first; l < last; l++) {
    if (ahead & OPKIT_AHEAD_A) NAME(ask)(a + l * a_col, m, 0);
    if (ahead & OPKIT_AHEAD_B) NAME(ask)(b + l * b_row, n, 0);
  }
}

static void NAME(gemm_block)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const REAL *a, ptrdiff_t a_row, ptrdiff_t a_col,
                             const REAL *b, ptrdiff_t b_row, REAL *c, ptrdiff_t c_row, int init, const REAL *bias,
                             int ahead) {
  const ptrdiff_t panels = (n + 2 * VL - 1) / (2 * VL);
  for (ptrdiff_t l0 = 0; l0 < k || l0 == 0; l0 += K_BLOCK) {
    const ptrdiff_t kb = k - l0 < K_BLOCK ? k - l0 : K_BLOCK;
    const int start = l0 == 0 ? init : 1;
    for (ptrdiff_t panel = 0; panel < panels; panel++) {
      const ptrdiff_t j = panel * 2 * VL, columns = n - j < 2 * VL ? n - j : 2 * VL;
      const int vectors = columns > VL ? 2 : 1;
      const ptrdiff_t tail = columns - (vectors - 1) * VL;
      const int is_partial = tail < VL;
      const ptrdiff_t most = vectors == 2 ? MR_MAX : MR_ONE;
      const Tiles tiles = cut_tiles(m, most);
      const int asks_rows = a_col == 1 ? (panel == 0 ? ahead & (OPKIT_AHEAD_A | OPKIT_AHEAD_C) : ahead & OPKIT_AHEAD_C) : 0;
      const int asks_next = a_col == 1 ? 0 : ahead & (OPKIT_AHEAD_A | OPKIT_AHEAD_B);
      const ptrdiff_t share = asks_next ? (kb + panels * tiles.count - 1) / (panels * tiles.count) : 0;
      ptrdiff_t i = 0, next = kb + panel * tiles.count * share;
      for (ptrdiff_t t = 0; t < tiles.count; t++) {
        const ptrdiff_t rows = tile_size(tiles, t);
        const NAME(micro_function) run =
            vectors == 2 ? NAME(two_vectors)[rows - 1][is_partial] : NAME(one_vector)[rows - 1][is_partial];
        const REAL *tile = a + i * a_row + l0 * a_col;
        REAL *result = c + i * c_row + j;
        if (asks_rows) NAME(ask_rows)(asks_rows, rows, kb, tile, a_row, result, c_row);
        if (asks_next) {
          NAME(ask_next)(asks_next, next, next + share < 2 * kb ? next + share : 2 * kb, a + l0 * a_col, a_col, m,
                         b + l0 * b_row, b_row, n);
          next += share;
        }
        run(tail, kb, tile, a_row, a_col, b + l0 * b_row + j, b_row, result, c_row, start, bias ? bias + j : bias);
        i += rows;
      }
    }
  }
}

static void NAME(gemm)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const void *av, ptrdiff_t a_row, ptrdiff_t a_col,
                       const void *bv, ptrdiff_t b_row, void *cv, ptrdiff_t c_row, int init, const void *biasv,
                       int ahead) {
  const REAL *a = av, *b = bv, *bias = biasv;
  REAL *c = cv;
  if (m <= 0 || n <= 0) return;
  // One column with the rows of Aᵀ contiguous: the transposed product has them as its columns.
  if (n == 1 && a_row == 1 && c_row == 1 && init != 2 && m > 1) {
    NAME(gemm)(1, m, k, bv, 0, b_row, av, a_col, cv, m, init, NULL, 0);
    return;
  }
  if (n <= NARROW && a_col == 1 && k >= VL && k <= NARROW_K) {
    NAME(gemm_narrow)(m, n, k, a, a_row, b, b_row, c, c_row, init, bias);
    return;
  }
  for (ptrdiff_t i = 0; i < m; i += ROW_BLOCK)
    NAME(gemm_block)(m - i < ROW_BLOCK ? m - i : ROW_BLOCK, n, k, a + i * a_row, a_row, a_col, b, b_row, c + i * c_row,
                     c_row, init, bias, ahead);
}

// R complex rows × one vector of outputs: re += xr·wr − xi·wi, im += xr·wi + xi·wr (signs of conj(W) by s). A mode's weight
// is met once by a few samples, and comes from far; with asks the next one's, which lies behind it, is asked for.
INLINE void NAME(complex_tile)(const int R, ptrdiff_t n_in, ptrdiff_t n_out, const REAL *x, ptrdiff_t x_stride,
                               const REAL *w, REAL *y, ptrdiff_t y_stride, const int conjugate, const int asks,
                               ptrdiff_t columns) {
  vec re[CR_MAX], im[CR_MAX];
  UNROLL for (int r = 0; r < R; r++) re[r] = im[r] = (vec)(REAL)0;
  const ptrdiff_t next = 2 * n_in * n_out;
  const REAL *wr = w, *wi = w + n_in * n_out;
  for (ptrdiff_t i = 0; i < n_in; i++) {
    if (asks) {
      __builtin_prefetch(wr + next, 0);
      __builtin_prefetch(wi + next, 0);
    }
    const vec a = NAME(load_n)(wr, columns);
    vec b = NAME(load_n)(wi, columns);
    if (conjugate) b = -b;
    UNROLL for (int r = 0; r < R; r++) {
      const vec xr = (vec)x[r * x_stride + i], xi = (vec)x[r * x_stride + n_in + i];
      re[r] = FMA(xr, a, re[r]);
      im[r] = FMA(xr, b, im[r]);
      re[r] = FMA(-xi, b, re[r]);
      im[r] = FMA(xi, a, im[r]);
    }
    wr += n_out;
    wi += n_out;
  }
  UNROLL for (int r = 0; r < R; r++) {
    NAME(store_n)(y + r * y_stride, re[r], columns);
    NAME(store_n)(y + r * y_stride + n_out, im[r], columns);
  }
}

static void NAME(complex_rows)(ptrdiff_t count, ptrdiff_t n_in, ptrdiff_t n_out, const void *xv, ptrdiff_t x_stride,
                               const void *wv, void *yv, ptrdiff_t y_stride, int conjugate) {
  const REAL *x = xv, *w = wv;
  REAL *y = yv;
  for (ptrdiff_t j = 0; j < n_out; j += VL) {
    const ptrdiff_t columns = n_out - j < VL ? n_out - j : VL;
    ptrdiff_t s = 0;
    while (s < count) {
      const ptrdiff_t left = count - s;
      const REAL *xs = x + s * x_stride;
      REAL *ys = y + s * y_stride + j;
      const int asks = s == 0 && j % LINE == 0;
#define TILE_ASKING(r, conjugate, asks) \
  NAME(complex_tile)(r, n_in, n_out, xs, x_stride, w + j, ys, y_stride, conjugate, asks, columns)
#define TILE(r)                                                                    \
  (conjugate ? (asks ? TILE_ASKING(r, 1, 1) : TILE_ASKING(r, 1, 0))                \
             : (asks ? TILE_ASKING(r, 0, 1) : TILE_ASKING(r, 0, 0)))
#if CR_MAX >= 5
      if (left >= 5 && left != 6) { TILE(5); s += 5; continue; }
#endif
#if CR_MAX >= 4
      if (left == 4) { TILE(4); s += 4; continue; }
#endif
      if (left >= 3 && left != 4) { TILE(3); s += 3; }
      else if (left >= 2) { TILE(2); s += 2; }
      else { TILE(1); s += 1; }
#undef TILE
#undef TILE_ASKING
    }
  }
}

// Rows of dW done together: twice as many accumulators and two operands fit sixteen registers.
#define OUTER_ROWS 4

INLINE void NAME(outer_tile)(const int R, ptrdiff_t count, ptrdiff_t n_in, const REAL *x, ptrdiff_t x_stride,
                             const REAL *g, ptrdiff_t g_stride, ptrdiff_t n_out, REAL *dr, REAL *di, int accumulate,
                             int asks, ptrdiff_t columns) {
  vec re[OUTER_ROWS], im[OUTER_ROWS];
  const ptrdiff_t next = 2 * n_in * n_out;
  UNROLL for (int r = 0; r < R; r++) {
    if (asks) {
      __builtin_prefetch(dr + r * n_out + next, 1);
      __builtin_prefetch(di + r * n_out + next, 1);
    }
    re[r] = accumulate ? NAME(load_n)(dr + r * n_out, columns) : (vec)(REAL)0;
    im[r] = accumulate ? NAME(load_n)(di + r * n_out, columns) : (vec)(REAL)0;
  }
  for (ptrdiff_t s = 0; s < count; s++) {
    const vec gr = NAME(load_n)(g, columns), gi = NAME(load_n)(g + n_out, columns);
    UNROLL for (int r = 0; r < R; r++) {
      const vec xr = (vec)x[r], xi = (vec)x[n_in + r];
      re[r] = FMA(xr, gr, re[r]);
      im[r] = FMA(xr, gi, im[r]);
      re[r] = FMA(xi, gi, re[r]);
      im[r] = FMA(-xi, gr, im[r]);
    }
    x += x_stride;
    g += g_stride;
  }
  UNROLL for (int r = 0; r < R; r++) {
    NAME(store_n)(dr + r * n_out, re[r], columns);
    NAME(store_n)(di + r * n_out, im[r], columns);
  }
}

static void NAME(complex_outer)(ptrdiff_t count, ptrdiff_t n_in, ptrdiff_t n_out, const void *xv, ptrdiff_t x_stride,
                                const void *gv, ptrdiff_t g_stride, void *dwv, int accumulate) {
  const REAL *x = xv, *g = gv;
  REAL *dw = dwv;
  for (ptrdiff_t j = 0; j < n_out; j += VL) {
    const ptrdiff_t columns = n_out - j < VL ? n_out - j : VL;
    const int asks = j % LINE == 0;
    ptrdiff_t i = 0;
    while (i < n_in) {
      REAL *dr = dw + i * n_out + j, *di = dr + n_in * n_out;
      if (n_in - i >= OUTER_ROWS) {
        NAME(outer_tile)(OUTER_ROWS, count, n_in, x + i, x_stride, g + j, g_stride, n_out, dr, di, accumulate, asks,
                         columns);
        i += OUTER_ROWS;
      } else {
        NAME(outer_tile)(1, count, n_in, x + i, x_stride, g + j, g_stride, n_out, dr, di, accumulate, asks, columns);
        i += 1;
      }
    }
  }
}

// Interleaves halves of two vectors: ZIP_LOW gives a0 b0 a1 b1 …, ZIP_HIGH the upper halves likewise.
#if VL == 16
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define ZIP_ROUNDS 4
#elif VL == 8
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define ZIP_ROUNDS 3
#elif VL == 4
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define ZIP_ROUNDS 2
#else
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 2)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 1, 3)
#define ZIP_ROUNDS 1
#endif

// One square block of the transpose: log2(VL) rounds that interleave row i with row i + VL/2.
INLINE void NAME(transpose_block)(const REAL *a, ptrdiff_t a_row, ptrdiff_t rows, ptrdiff_t columns, REAL *b,
                                  ptrdiff_t b_row) {
  vec r[VL], t[VL];
  UNROLL for (int i = 0; i < VL; i++) r[i] = i < rows ? NAME(load_n)(a + i * a_row, columns) : (vec)(REAL)0;
  UNROLL for (int round = 0; round < ZIP_ROUNDS; round++) {
    UNROLL for (int i = 0; i < VL / 2; i++) {
      t[2 * i] = ZIP_LOW(r[i], r[i + VL / 2]);
      t[2 * i + 1] = ZIP_HIGH(r[i], r[i + VL / 2]);
    }
    UNROLL for (int i = 0; i < VL; i++) r[i] = t[i];
  }
  UNROLL for (int i = 0; i < VL; i++)
    if (i < columns) NAME(store_n)(b + i * b_row, r[i], rows);
}

static void NAME(transpose)(ptrdiff_t m, ptrdiff_t n, const void *av, ptrdiff_t a_row, void *bv, ptrdiff_t b_row) {
  const REAL *a = av;
  REAL *b = bv;
  for (ptrdiff_t i = 0; i < m; i += VL)
    for (ptrdiff_t j = 0; j < n; j += VL) {
      if (j % LINE == 0)
        UNROLL for (int r = 0; r < VL; r++) __builtin_prefetch(a + (i + AHEAD_ROWS + r) * a_row + j, 0);
      const REAL *from = a + i * a_row + j;
      REAL *to = b + j * b_row + i;
      if (m - i >= VL && n - j >= VL) NAME(transpose_block)(from, a_row, VL, VL, to, b_row);
      else NAME(transpose_block)(from, a_row, m - i, n - j, to, b_row);
    }
}

static void NAME(combine)(ptrdiff_t blocks, ptrdiff_t c, const void *cv, const void *sv, int sign, void *ov) {
  const REAL *cosine = cv, *sine = sv;
  REAL *out = ov;
  if (!sine) {
    memcpy(out, cosine, (size_t)(blocks * 2 * c) * sizeof(REAL));
    return;
  }
  const REAL s = (REAL)sign;
  for (ptrdiff_t b = 0; b < blocks; b++) {
    for (ptrdiff_t j = 0; j < c; j++) out[j] = cosine[j] + s * sine[c + j];
    for (ptrdiff_t j = 0; j < c; j++) out[c + j] = cosine[c + j] - s * sine[j];
    cosine += 2 * c;
    sine += 2 * c;
    out += 2 * c;
  }
}

static void NAME(split)(ptrdiff_t blocks, ptrdiff_t c, const void *pv, const void *mv, void *cv, void *sv) {
  const REAL *plus = pv, *minus = mv;
  REAL *cosine = cv, *sine = sv;
  const ptrdiff_t n = 2 * c;
  for (ptrdiff_t b = 0; b < blocks; b++) {
    const REAL *p = plus ? plus + b * n : 0, *m = minus ? minus + b * n : 0;
    REAL *co = cosine + b * n, *si = sine ? sine + b * n : 0;
    if (p && m) {
      for (ptrdiff_t j = 0; j < n; j++) co[j] = p[j] + m[j];
      if (si)
        for (ptrdiff_t j = 0; j < c; j++) {
          si[j] = m[c + j] - p[c + j];
          si[c + j] = p[j] - m[j];
        }
    } else {
      const REAL *one = p ? p : m;
      const REAL s = p ? (REAL)1 : (REAL)-1;
      memcpy(co, one, (size_t)n * sizeof(REAL));
      if (si)
        for (ptrdiff_t j = 0; j < c; j++) {
          si[j] = -s * one[c + j];
          si[c + j] = s * one[j];
        }
    }
  }
}
