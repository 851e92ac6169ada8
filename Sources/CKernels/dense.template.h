// Layers of a perceptron: a product with bias, activation and its derivative in one pass over the output, and its
// weight gradient with the derivative and the bias gradient in one pass over the output's gradient. Included by
// kernels.template.h after convolution.template.h.
//
// The tiles are those of gemm. B is read from panels, so that a panel stays in the first cache whatever the distance
// between its rows; a tile's rows are finished while they are there too.

// Rows of the gradient that are packed at a time: a panel of half a first cache.
#define DENSE_ROWS 256

// h = f(z) in place and derivative = f'(z), which may be null, for some rows of a panel's columns.
INLINE void NAME(finish_rows)(const int f, ptrdiff_t rows, ptrdiff_t n, REAL *y, ptrdiff_t y_row, REAL *derivative) {
  if (n == PANEL && !derivative) {
    for (ptrdiff_t r = 0; r < rows; r++, y += y_row) {
      const vec a = *(const vecu *)y, b = *(const vecu *)(y + VL);
      *(vecu *)y = NAME(value)(f, a);
      *(vecu *)(y + VL) = NAME(value)(f, b);
    }
    return;
  }
  for (ptrdiff_t r = 0; r < rows; r++, y += y_row) {
    if (derivative) {
      FOR_VECTORS(n, {
        vec h, d;
        NAME(both)(f, AT(y), &h, &d);
        PUT(y, h);
        PUT(derivative, d);
      })
      derivative += y_row;
    } else {
      FOR_VECTORS(n, { PUT(y, NAME(value)(f, AT(y))); })
    }
  }
}

static void NAME(finish)(int f, ptrdiff_t rows, ptrdiff_t n, REAL *y, ptrdiff_t y_row, REAL *derivative) {
#define RUN(k) NAME(finish_rows)(k, rows, n, y, y_row, derivative);
  BY_ACTIVATION(f, RUN)
#undef RUN
}

static void NAME(dense)(int f, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const void *xv, ptrdiff_t x_row, const void *bv,
                        int packed, void *yv, ptrdiff_t y_row, void *derivativev, int init, const void *biasv) {
  const REAL *x = xv, *b = bv, *bias = biasv;
  REAL *y = yv, *derivative = derivativev;
  const int is_finished = f == OPKIT_IDENTITY && !derivative;
  if (m <= 0 || n <= 0) return;
  if (!packed && n <= NARROW) {
    NAME(gemm)(m, n, k, x, x_row, 1, b, n, y, y_row, init, bias, 0);
    if (!is_finished) NAME(finish)(f, m, n, y, y_row, derivative);
    return;
  }
  const ptrdiff_t b_row = packed ? PANEL : n;
  for (ptrdiff_t j = 0; j < n; j += PANEL) {
    const REAL *panel = packed ? b + j * k : b + j;
    const ptrdiff_t columns = n - j < PANEL ? n - j : PANEL;
    const int vectors = columns > VL ? 2 : 1;
    const ptrdiff_t tail = columns - (vectors - 1) * VL;
    const int is_partial = tail < VL;
    const ptrdiff_t most = vectors == 2 ? MR_MAX : MR_ONE;
    const Tiles tiles = cut_tiles(m, most);
    for (ptrdiff_t l0 = 0; l0 < k || l0 == 0; l0 += K_BLOCK) {
      const ptrdiff_t kb = k - l0 < K_BLOCK ? k - l0 : K_BLOCK;
      const int is_last = l0 + kb >= k;
      ptrdiff_t i = 0;
      for (ptrdiff_t t = 0; t < tiles.count; t++) {
        const ptrdiff_t rows = tile_size(tiles, t);
        const NAME(micro_function) run =
            vectors == 2 ? NAME(two_vectors)[rows - 1][is_partial] : NAME(one_vector)[rows - 1][is_partial];
        REAL *to = y + i * y_row + j;
        run(tail, kb, x + i * x_row + l0, x_row, 1, panel + l0 * b_row, b_row, to, y_row, l0 == 0 ? init : 1,
            bias ? bias + j : bias);
        if (is_last && !is_finished)
          NAME(finish)(f, rows, columns, to, y_row, derivative ? derivative + i * y_row + j : derivative);
        i += rows;
      }
    }
  }
}

// f′ from the value y of f, for the activations that allow it; otherwise y is f′ itself.
INLINE vec NAME(slope)(const int f, vec y) {
  if (f == OPKIT_RELU) return y > (REAL)0 ? (vec)(REAL)1 : (vec)(REAL)0;
  if (f == OPKIT_TANH) return (REAL)1 - y * y;
  if (f == OPKIT_LEAKY_RELU) return y > (REAL)0 ? (vec)(REAL)1 : (vec)LEAK;
  if (f == OPKIT_ELU) return y > (REAL)0 ? (vec)(REAL)1 : y + (REAL)1;
  return y;
}

// Rows of one panel's columns: g ← g·f′ where there is one, copied into the panel, and summed.
INLINE void NAME(panel_rows)(const int f, ptrdiff_t rows, ptrdiff_t columns, REAL *g, ptrdiff_t g_row,
                             const REAL *derivative, REAL *panel, vec sums[2][2]) {
  for (ptrdiff_t r = 0; r < rows; r++, g += g_row, panel += PANEL) {
    UNROLL for (int j = 0; j < 2; j++) {
      const ptrdiff_t width = columns - j * VL;
      vec v = (vec)(REAL)0;
      if (width > 0) {
        v = NAME(load_n)(g + j * VL, width);
        if (derivative) {
          v *= NAME(slope)(f, NAME(load_n)(derivative + j * VL, width));
          NAME(store_n)(g + j * VL, v, width);
        }
      }
      *(vecu *)(panel + j * VL) = v;
      sums[r & 1][j] += v;
    }
    if (derivative) derivative += g_row;
  }
}

static void NAME(dense_panel)(int f, ptrdiff_t rows, ptrdiff_t columns, REAL *g, ptrdiff_t g_row,
                              const REAL *derivative, REAL *panel, vec sums[2][2]) {
#define RUN(k) NAME(panel_rows)(k, rows, columns, g, g_row, derivative, panel, sums);
  switch (f) {
    case OPKIT_RELU: RUN(OPKIT_RELU) break;
    case OPKIT_TANH: RUN(OPKIT_TANH) break;
    case OPKIT_LEAKY_RELU: RUN(OPKIT_LEAKY_RELU) break;
    case OPKIT_ELU: RUN(OPKIT_ELU) break;
    default: RUN(OPKIT_IDENTITY) break;
  }
#undef RUN
}

static void NAME(dense_outer)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const void *xv, ptrdiff_t x_row, void *gv,
                              ptrdiff_t g_row, int f, const void *derivativev, void *dwv, int accumulate_w, void *dbv,
                              int accumulate_b) {
  const REAL *x = xv, *derivative = derivativev;
  REAL *g = gv, *dw = dwv, *db = dbv;
  REAL panel[DENSE_ROWS * PANEL];
  for (ptrdiff_t j = 0; j < n; j += PANEL) {
    const ptrdiff_t columns = n - j < PANEL ? n - j : PANEL;
    const int vectors = columns > VL ? 2 : 1;
    const ptrdiff_t tail = columns - (vectors - 1) * VL;
    const int is_partial = tail < VL;
    const ptrdiff_t most = vectors == 2 ? MR_MAX : MR_ONE;
    const Tiles tiles = cut_tiles(k, most);
    vec sums[2][2] = {{(vec)(REAL)0, (vec)(REAL)0}, {(vec)(REAL)0, (vec)(REAL)0}};
    for (ptrdiff_t r0 = 0; r0 < m; r0 += DENSE_ROWS) {
      const ptrdiff_t depth = m - r0 < DENSE_ROWS ? m - r0 : DENSE_ROWS;
      NAME(dense_panel)(f, depth, columns, g + r0 * g_row + j, g_row,
                        derivative ? derivative + r0 * g_row + j : derivative, panel, sums);
      if (!dw) continue;
      ptrdiff_t i = 0;
      for (ptrdiff_t t = 0; t < tiles.count; t++) {
        const ptrdiff_t rows = tile_size(tiles, t);
        const NAME(micro_function) run =
            vectors == 2 ? NAME(two_vectors)[rows - 1][is_partial] : NAME(one_vector)[rows - 1][is_partial];
        run(tail, depth, x + r0 * x_row + i, 1, x_row, panel, PANEL, dw + i * n + j, n, r0 == 0 ? accumulate_w : 1, NULL);
        i += rows;
      }
    }
    if (!db) continue;
    for (int v = 0; v < vectors; v++) {
      const ptrdiff_t width = columns - v * VL;
      REAL *to = db + j + v * VL;
      const vec sum = sums[0][v] + sums[1][v];
      NAME(store_n)(to, accumulate_b ? NAME(load_n)(to, width) + sum : sum, width);
    }
  }
}
