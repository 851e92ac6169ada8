// Products with gathered rows: what convolutions, their adjoints and their weight gradients consist of. Included by
// kernels.template.h after gemm.template.h.
//
// A convolution is a matrix product whose rows of A overlap in memory: no patch is ever copied. Its depth is cut into
// segments (the lines of the kernel), and B is packed into panels as wide as the register tile, so that a panel
// streams through the cache whatever the number of columns.

#define PANEL (2 * VL)

static void NAME(pack)(ptrdiff_t k, ptrdiff_t n, const void *bv, ptrdiff_t b_row, ptrdiff_t depth, ptrdiff_t at,
                       void *packedv) {
  const REAL *b = bv;
  for (ptrdiff_t j = 0; j < n; j += PANEL) {
    const ptrdiff_t columns = n - j < PANEL ? n - j : PANEL;
    REAL *to = (REAL *)packedv + j * depth + at * PANEL;
    const REAL *from = b + j;
    for (ptrdiff_t l = 0; l < k; l++, to += PANEL, from += b_row) {
      if (columns == PANEL) {
        *(vecu *)to = *(const vecu *)from;
        *(vecu *)(to + VL) = *(const vecu *)(from + VL);
      } else {
        for (ptrdiff_t c = 0; c < PANEL; c++) to[c] = c < columns ? from[c] : (REAL)0;
      }
    }
  }
}

static void NAME(pack_transposed)(ptrdiff_t k, ptrdiff_t n, const void *bv, ptrdiff_t b_row, ptrdiff_t depth,
                                  ptrdiff_t at, void *packedv) {
  const REAL *b = bv;
  for (ptrdiff_t j = 0; j < n; j += VL) {
    const ptrdiff_t panel = j / PANEL * PANEL, rows = n - j < VL ? n - j : VL;
    REAL *to = (REAL *)packedv + panel * depth + at * PANEL + (j - panel);
    for (ptrdiff_t l = 0; l < k; l += VL) {
      const ptrdiff_t columns = k - l < VL ? k - l : VL;
      // A block whose rows are padded with zeros, written in whole vectors.
      vec r[VL], t[VL];
      const REAL *from = b + j * b_row + l;
      UNROLL for (int i = 0; i < VL; i++)
        r[i] = i < rows ? NAME(load_n)(from + i * b_row, columns) : (vec)(REAL)0;
      UNROLL for (int round = 0; round < ZIP_ROUNDS; round++) {
        UNROLL for (int i = 0; i < VL / 2; i++) {
          t[2 * i] = ZIP_LOW(r[i], r[i + VL / 2]);
          t[2 * i + 1] = ZIP_HIGH(r[i], r[i + VL / 2]);
        }
        UNROLL for (int i = 0; i < VL; i++) r[i] = t[i];
      }
      UNROLL for (int i = 0; i < VL; i++)
        if (i < columns) *(vecu *)(to + (l + i) * PANEL) = r[i];
    }
  }
}

// MR rows × NV vectors over all segments; B packed, so that only C has an incomplete vector.
INLINE void NAME(gathered)(const int MR, const int NV, const int whole, ptrdiff_t tail, ptrdiff_t segments,
                           const ptrdiff_t *a_segment, ptrdiff_t k, const REAL *a, ptrdiff_t a_row, ptrdiff_t a_col,
                           const REAL *b, REAL *c, ptrdiff_t c_row, int init, const REAL *bias) {
  vec acc[MR_MAX][2];
  UNROLL for (int i = 0; i < MR; i++) {
    UNROLL for (int j = 0; j < NV; j++) {
      const int full = whole || j + 1 < NV;
      if (init != 2) acc[i][j] = (vec)(REAL)0;
      else acc[i][j] = full ? *(const vecu *)(bias + j * VL) : NAME(load_part)(bias + j * VL, tail);
    }
  }
  for (ptrdiff_t s = 0; s < segments; s++) {
    const REAL *p = a + a_segment[s];
    for (ptrdiff_t l = 0; l < k; l++) {
      vec bv[2];
      UNROLL for (int j = 0; j < NV; j++) bv[j] = *(const vecu *)(b + j * VL);
      UNROLL for (int i = 0; i < MR; i++) {
        const vec av = (vec)p[i * a_row];
        UNROLL for (int j = 0; j < NV; j++) acc[i][j] = FMA(av, bv[j], acc[i][j]);
      }
      p += a_col;
      b += PANEL;
    }
  }
  UNROLL for (int i = 0; i < MR; i++) {
    UNROLL for (int j = 0; j < NV; j++) {
      const int full = whole || j + 1 < NV;
      REAL *to = c + i * c_row + j * VL;
      if (init == 1) acc[i][j] += full ? *(const vecu *)to : NAME(load_part)(to, tail);
      if (full) *(vecu *)to = acc[i][j];
      else NAME(store_part)(to, acc[i][j], tail);
    }
  }
}

#define GATHERED_PARAMETERS                                                                                    \
  ptrdiff_t tail, ptrdiff_t segments, const ptrdiff_t *a_segment, ptrdiff_t k, const REAL *a, ptrdiff_t a_row, \
      ptrdiff_t a_col, const REAL *b, REAL *c, ptrdiff_t c_row, int init, const REAL *bias
#define GATHERED_ARGUMENTS tail, segments, a_segment, k, a, a_row, a_col, b, c, c_row, init, bias
#define GATHERED(mr)                                                                                           \
  static void NAME(gathered_##mr##_2)(GATHERED_PARAMETERS) { NAME(gathered)(mr, 2, 1, GATHERED_ARGUMENTS); }   \
  static void NAME(gathered_##mr##_2t)(GATHERED_PARAMETERS) { NAME(gathered)(mr, 2, 0, GATHERED_ARGUMENTS); }  \
  static void NAME(gathered_##mr##_1)(GATHERED_PARAMETERS) { NAME(gathered)(mr, 1, 1, GATHERED_ARGUMENTS); }   \
  static void NAME(gathered_##mr##_1t)(GATHERED_PARAMETERS) { NAME(gathered)(mr, 1, 0, GATHERED_ARGUMENTS); }
GATHERED(1)
GATHERED(2)
GATHERED(3)
GATHERED(4)
#if MR_MAX >= 6
GATHERED(5)
GATHERED(6)
#endif
#if MR_MAX >= 14
GATHERED(7)
GATHERED(8)
GATHERED(9)
GATHERED(10)
GATHERED(11)
GATHERED(12)
GATHERED(13)
GATHERED(14)
#endif
#define GATHERED_ROW(mr) \
  {NAME(gathered_##mr##_1), NAME(gathered_##mr##_1t), NAME(gathered_##mr##_2), NAME(gathered_##mr##_2t)}
typedef void (*NAME(gathered_function))(GATHERED_PARAMETERS);
static const NAME(gathered_function) NAME(gathered_table)[MR_MAX][4] = {
    GATHERED_ROW(1), GATHERED_ROW(2), GATHERED_ROW(3), GATHERED_ROW(4),
#if MR_MAX >= 6
    GATHERED_ROW(5), GATHERED_ROW(6),
#endif
#if MR_MAX >= 14
    GATHERED_ROW(7), GATHERED_ROW(8), GATHERED_ROW(9), GATHERED_ROW(10), GATHERED_ROW(11), GATHERED_ROW(12),
    GATHERED_ROW(13), GATHERED_ROW(14),
#endif
};

// Few columns: vectors across them would be nearly empty. With contiguous rows of A they run along the depth, …
#define NARROW_DEPTH 8192

static void NAME(gathered_dots)(ptrdiff_t blocks, const ptrdiff_t *a_block, const ptrdiff_t *c_block, ptrdiff_t m,
                                ptrdiff_t n, ptrdiff_t segments, const ptrdiff_t *a_segment, ptrdiff_t k,
                                const REAL *a, ptrdiff_t a_row, const REAL *packed, REAL *c, ptrdiff_t c_row, int init,
                                const REAL *bias) {
  REAL column[NARROW_DEPTH];
  for (ptrdiff_t j = 0; j < n; j++) {
    for (ptrdiff_t l = 0; l < segments * k; l++) column[l] = packed[l * PANEL + j];
    for (ptrdiff_t block = 0; block < blocks; block++)
      for (ptrdiff_t i = 0; i < m; i += 4) {
        // The last rows are done twice rather than one by one.
        const ptrdiff_t first = i + 4 <= m ? i : m - 4;
        const REAL *from = a + a_block[block] + first * a_row, *w = column;
        vec acc[4];
        UNROLL for (int r = 0; r < 4; r++) acc[r] = (vec)(REAL)0;
        for (ptrdiff_t s = 0; s < segments; s++, w += k) {
          const REAL *p = from + a_segment[s];
          ptrdiff_t l = 0;
          for (; l + VL <= k; l += VL) {
            const vec wv = *(const vecu *)(w + l);
            UNROLL for (int r = 0; r < 4; r++) acc[r] = FMA(*(const vecu *)(p + r * a_row + l), wv, acc[r]);
          }
          for (; l < k; l++)
            UNROLL for (int r = 0; r < 4; r++) acc[r][0] += p[r * a_row + l] * w[l];
        }
        for (ptrdiff_t r = i - first; r < 4; r++) {
          REAL *to = c + c_block[block] + (first + r) * c_row + j;
          const REAL start = init == 0 ? (REAL)0 : init == 1 ? *to : bias[j];
          *to = start + NAME(horizontal_sum)(acc[r]);
        }
      }
  }
}

// … and with contiguous columns of A, a weight gradient, along its rows.
#define NARROW_VECTORS 6

INLINE void NAME(gathered_columns_tile)(const int V, ptrdiff_t segments, const ptrdiff_t *a_segment, ptrdiff_t k,
                                        const REAL *a, ptrdiff_t a_col, const REAL *packed, REAL *c, ptrdiff_t c_row,
                                        int init) {
  vec acc[NARROW_VECTORS];
  UNROLL for (int v = 0; v < V; v++) acc[v] = (vec)(REAL)0;
  for (ptrdiff_t s = 0; s < segments; s++) {
    const REAL *p = a + a_segment[s];
    for (ptrdiff_t l = 0; l < k; l++, p += a_col, packed += PANEL) {
      const vec b = (vec)*packed;
      UNROLL for (int v = 0; v < V; v++) acc[v] = FMA(*(const vecu *)(p + v * VL), b, acc[v]);
    }
  }
  for (int v = 0; v < V; v++)
    for (int i = 0; i < VL; i++) {
      REAL *to = c + (v * VL + i) * c_row;
      *to = (init == 1 ? *to : (REAL)0) + acc[v][i];
    }
}

static void NAME(gathered_columns)(ptrdiff_t blocks, const ptrdiff_t *a_block, const ptrdiff_t *c_block, ptrdiff_t m,
                                   ptrdiff_t n, ptrdiff_t segments, const ptrdiff_t *a_segment, ptrdiff_t k,
                                   const REAL *a, ptrdiff_t a_col, const REAL *packed, REAL *c, ptrdiff_t c_row,
                                   int init) {
  for (ptrdiff_t block = 0; block < blocks; block++)
    for (ptrdiff_t j = 0; j < n; j++) {
      const REAL *from = a + a_block[block];
      REAL *to = c + c_block[block] + j;
      ptrdiff_t i = 0;
      for (; i + NARROW_VECTORS * VL <= m; i += NARROW_VECTORS * VL)
        NAME(gathered_columns_tile)(NARROW_VECTORS, segments, a_segment, k, from + i, a_col, packed + j,
                                    to + i * c_row, c_row, init);
      for (; i + VL <= m; i += VL)
        NAME(gathered_columns_tile)(1, segments, a_segment, k, from + i, a_col, packed + j, to + i * c_row, c_row,
                                    init);
    }
  const ptrdiff_t done = m / VL * VL;
  for (ptrdiff_t block = 0; block < blocks && done < m; block++)
    for (ptrdiff_t i = done; i < m; i++)
      for (ptrdiff_t j = 0; j < n; j++) {
        REAL *to = c + c_block[block] + i * c_row + j, sum = init == 1 ? *to : (REAL)0;
        for (ptrdiff_t s = 0; s < segments; s++)
          for (ptrdiff_t l = 0; l < k; l++)
            sum += a[a_block[block] + a_segment[s] + i + l * a_col] * packed[(s * k + l) * PANEL + j];
        *to = sum;
      }
}

static void NAME(gemm_gathered)(ptrdiff_t blocks, const ptrdiff_t *a_block, const ptrdiff_t *c_block, ptrdiff_t m,
                                ptrdiff_t n, ptrdiff_t segments, const ptrdiff_t *a_segment, ptrdiff_t k,
                                const void *av, ptrdiff_t a_row, ptrdiff_t a_col, const void *packedv, void *cv,
                                ptrdiff_t c_row, int init, const void *biasv) {
  const REAL *a = av, *packed = packedv, *bias = biasv;
  REAL *c = cv;
  if (m <= 0) return;
  const ptrdiff_t depth = segments * k;
  const Tiles tiles = cut_tiles(m, MR_MAX);
  if (n <= NARROW && a_col == 1 && k >= 4 * VL && m >= 4 && depth <= NARROW_DEPTH) {
    NAME(gathered_dots)(blocks, a_block, c_block, m, n, segments, a_segment, k, a, a_row, packed, c, c_row, init, bias);
    return;
  }
  if (n <= NARROW && a_row == 1 && m >= VL && init != 2) {
    NAME(gathered_columns)(blocks, a_block, c_block, m, n, segments, a_segment, k, a, a_col, packed, c, c_row, init);
    return;
  }
  for (ptrdiff_t j = 0; j < n; j += PANEL) {
    const ptrdiff_t columns = n - j < PANEL ? n - j : PANEL;
    const int vectors = columns > VL ? 2 : 1;
    const ptrdiff_t tail = columns - (vectors - 1) * VL;
    const int kind = (vectors - 1) * 2 + (tail < VL ? 1 : 0);
    for (ptrdiff_t block = 0; block < blocks; block++) {
      const REAL *from = a + a_block[block];
      REAL *to = c + c_block[block] + j;
      ptrdiff_t i = 0;
      for (ptrdiff_t t = 0; t < tiles.count; t++) {
        const ptrdiff_t rows = tile_size(tiles, t);
        NAME(gathered_table)[rows - 1][kind](tail, segments, a_segment, k, from + i * a_row, a_row, a_col,
                                             packed + j * depth, to + i * c_row, c_row, init, bias ? bias + j : bias);
        i += rows;
      }
    }
  }
}

// Depthwise: R pixels of one vector of channels at a time.
#define DEPTHWISE_PIXELS 6

INLINE void NAME(depthwise_tile)(const int R, ptrdiff_t m, ptrdiff_t taps, const ptrdiff_t *a_tap, const REAL *x,
                                 ptrdiff_t x_row, const REAL *w, ptrdiff_t w_row, REAL *y, ptrdiff_t y_row, int init,
                                 const REAL *bias) {
  vec acc[DEPTHWISE_PIXELS];
  UNROLL for (int r = 0; r < R; r++)
    acc[r] = init == 0 ? (vec)(REAL)0 : NAME(load_n)(init == 1 ? y + r * y_row : bias, m);
  for (ptrdiff_t t = 0; t < taps; t++) {
    const vec weight = NAME(load_n)(w + t * w_row, m);
    const REAL *p = x + a_tap[t];
    UNROLL for (int r = 0; r < R; r++) acc[r] = FMA(NAME(load_n)(p + r * x_row, m), weight, acc[r]);
  }
  UNROLL for (int r = 0; r < R; r++) NAME(store_n)(y + r * y_row, acc[r], m);
}

static void NAME(depthwise)(ptrdiff_t pixels, ptrdiff_t c, ptrdiff_t taps, const ptrdiff_t *x_tap, const void *xv,
                            ptrdiff_t x_row, const void *wv, void *yv, ptrdiff_t y_row, int init, const void *biasv) {
  const REAL *x = xv, *w = wv, *bias = biasv;
  REAL *y = yv;
  for (ptrdiff_t j = 0; j < c; j += VL) {
    const ptrdiff_t m = c - j < VL ? c - j : VL;
    const REAL *b = bias ? bias + j : 0;
    ptrdiff_t i = 0;
    for (; i + DEPTHWISE_PIXELS <= pixels; i += DEPTHWISE_PIXELS)
      NAME(depthwise_tile)(DEPTHWISE_PIXELS, m, taps, x_tap, x + i * x_row + j, x_row, w + j, c, y + i * y_row + j,
                           y_row, init, b);
    for (; i < pixels; i++)
      NAME(depthwise_tile)(1, m, taps, x_tap, x + i * x_row + j, x_row, w + j, c, y + i * y_row + j, y_row, init, b);
  }
}

INLINE void NAME(depthwise_outer_tile)(const int R, ptrdiff_t m, ptrdiff_t pixels, const ptrdiff_t *x_tap,
                                       const REAL *x, ptrdiff_t x_row, const REAL *g, ptrdiff_t g_row, REAL *dw,
                                       ptrdiff_t w_row) {
  vec acc[DEPTHWISE_PIXELS];
  UNROLL for (int r = 0; r < R; r++) acc[r] = NAME(load_n)(dw + r * w_row, m);
  for (ptrdiff_t i = 0; i < pixels; i++) {
    const vec gradient = NAME(load_n)(g + i * g_row, m);
    UNROLL for (int r = 0; r < R; r++) acc[r] = FMA(NAME(load_n)(x + i * x_row + x_tap[r], m), gradient, acc[r]);
  }
  UNROLL for (int r = 0; r < R; r++) NAME(store_n)(dw + r * w_row, acc[r], m);
}

static void NAME(depthwise_outer)(ptrdiff_t pixels, ptrdiff_t c, ptrdiff_t taps, const ptrdiff_t *x_tap,
                                  const void *xv, ptrdiff_t x_row, const void *gv, ptrdiff_t g_row, void *dwv) {
  const REAL *x = xv, *g = gv;
  REAL *dw = dwv;
  for (ptrdiff_t j = 0; j < c; j += VL) {
    const ptrdiff_t m = c - j < VL ? c - j : VL;
    ptrdiff_t t = 0;
    for (; t + 3 <= taps; t += 3)
      NAME(depthwise_outer_tile)(3, m, pixels, x_tap + t, x + j, x_row, g + j, g_row, dw + t * c + j, c);
    for (; t < taps; t++)
      NAME(depthwise_outer_tile)(1, m, pixels, x_tap + t, x + j, x_row, g + j, g_row, dw + t * c + j, c);
  }
}

// Windows: the largest of several pixels, and its adjoint, which gives the gradient to the first that is largest.
static void NAME(window_max)(ptrdiff_t pixels, ptrdiff_t c, ptrdiff_t taps, const ptrdiff_t *x_tap, const void *xv,
                             ptrdiff_t x_row, void *yv) {
  const REAL *x = xv;
  REAL *y = yv;
  for (ptrdiff_t p = 0; p < pixels; p++, x += x_row, y += c)
    FOR_VECTORS(c, {
      vec best = AT(x + x_tap[0]);
      for (ptrdiff_t t = 1; t < taps; t++) {
        const vec v = AT(x + x_tap[t]);
        best = v > best ? v : best;
      }
      PUT(y, best);
    })
}

static void NAME(window_max_backward)(ptrdiff_t pixels, ptrdiff_t c, ptrdiff_t taps, const ptrdiff_t *x_tap,
                                      const void *xv, ptrdiff_t x_row, const void *gv, void *dxv) {
  const REAL *x = xv, *g = gv;
  REAL *dx = dxv;
  for (ptrdiff_t p = 0; p < pixels; p++, x += x_row, dx += x_row, g += c)
    for (ptrdiff_t j = 0; j < c; j++) {
      ptrdiff_t best = 0;
      for (ptrdiff_t t = 1; t < taps; t++)
        if (x[x_tap[t] + j] > x[x_tap[best] + j]) best = t;
      dx[x_tap[best] + j] += g[j];
    }
}

// Runs of `width` elements picked by index; a negative index stands for zeros.
static void NAME(gather)(ptrdiff_t count, ptrdiff_t width, const int32_t *index, const void *xv, void *yv) {
  const REAL *x = xv;
  REAL *y = yv;
  for (ptrdiff_t i = 0; i < count; i++, y += width) {
    if (index[i] < 0) memset(y, 0, (size_t)width * sizeof(REAL));
    else memcpy(y, x + index[i] * width, (size_t)width * sizeof(REAL));
  }
}

static void NAME(scatter_add)(ptrdiff_t count, ptrdiff_t width, const int32_t *index, const void *gv, void *dxv) {
  const REAL *g = gv;
  for (ptrdiff_t r = 0; r < count; r++, g += width) {
    if (index[r] < 0) continue;
    REAL *dx = (REAL *)dxv + index[r] * width;
    FOR_VECTORS(width, { PUT(dx, AT(dx) + AT(g)); })
  }
}

static void NAME(sparse_rows)(ptrdiff_t rows, ptrdiff_t width, const int32_t *start, const int32_t *column,
                              const double *weight, const void *xv, void *yv, int accumulate) {
  const REAL *x = xv;
  REAL *y = yv;
  for (ptrdiff_t r = 0; r < rows; r++, y += width)
    FOR_VECTORS(width, {
      vec s = accumulate ? AT(y) : (vec)(REAL)0;
      for (int32_t e = start[r]; e < start[r + 1]; e++)
        s = FMA((vec)(REAL)weight[e], AT(x + column[e] * width), s);
      PUT(y, s);
    })
}
