// Softmax for one element type and one instruction set.

INLINE REAL NAME(row_maximum)(ptrdiff_t c, const REAL *x, const REAL *offset, vec scale, REAL start) {
  vec best = (vec)start;
  ptrdiff_t i = 0;
  for (; i + VL <= c; i += VL) {
    vec v = scale * *(const vecu *)(x + i);
    if (offset) v += *(const vecu *)(offset + i);
    best = __builtin_elementwise_max(best, v);
  }
  REAL most = start;
  UNROLL for (int j = 0; j < VL; j++) most = best[j] > most ? best[j] : most;
  for (; i < c; i++) {
    const REAL v = scale[0] * x[i] + (offset ? offset[i] : (REAL)0);
    most = v > most ? v : most;
  }
  return most;
}

// x = exp(scale·x + offset − level) in place; their sum.
INLINE REAL NAME(row_exponential)(ptrdiff_t c, REAL *x, const REAL *offset, vec scale, REAL level) {
  vec total = (vec)(REAL)0;
  REAL rest = 0;
  FOR_VECTORS(c, {
    vec v = FMA(scale, AT(x), (vec)-level);
    if (offset) v += AT(offset);
    v = NAME(vexp)(v);
    PUT(x, v);
    if (m == VL) total += v;
    else for (ptrdiff_t j = 0; j < m; j++) rest += v[j];
  })
  return NAME(horizontal_sum)(total) + rest;
}

static void NAME(softmax_online)(ptrdiff_t rows, ptrdiff_t c, void *sv, double scale, const void *offsetv,
                                 void *levelv, void *sumv, void *correctionv) {
  REAL *s = sv, *level = levelv, *sum = sumv, *correction = correctionv;
  const REAL *offset = offsetv;
  const vec factor = (vec)(REAL)scale;
  for (ptrdiff_t r = 0; r < rows; r++, s += c) {
    const REAL most = NAME(row_maximum)(c, s, offset, factor, level[r]);
    const REAL change = NAME(vexp)((vec)(level[r] - most))[0];
    correction[r] = change;
    sum[r] = sum[r] * change + NAME(row_exponential)(c, s, offset, factor, most);
    level[r] = most;
  }
}

// level ← level + log(sum): what softmax_again needs, and all that backward keeps.
static void NAME(softmax_finish)(ptrdiff_t rows, const void *sumv, void *levelv) {
  const REAL *sum = sumv;
  REAL *level = levelv;
  for (ptrdiff_t r = 0; r < rows; r++) level[r] += (REAL)log((double)sum[r]);
}

static void NAME(softmax_again)(ptrdiff_t rows, ptrdiff_t c, void *sv, double scale, const void *offsetv,
                                const void *levelv) {
  REAL *s = sv;
  const REAL *level = levelv;
  for (ptrdiff_t r = 0; r < rows; r++, s += c)
    NAME(row_exponential)(c, s, offsetv, (vec)(REAL)scale, level[r]);
}

static void NAME(softmax_backward)(ptrdiff_t rows, ptrdiff_t c, const void *pv, const void *gv, const void *shiftv,
                                   double alpha, void *dsv, int accumulate) {
  const REAL *p = pv, *g = gv, *shift = shiftv;
  REAL *ds = dsv;
  const vec a = (vec)(REAL)alpha;
  for (ptrdiff_t r = 0; r < rows; r++, p += c, g += c, ds += c) {
    const vec s = (vec)shift[r];
    if (accumulate) FOR_VECTORS(c, { PUT(ds, FMA(a * AT(p), AT(g) - s, AT(ds))); })
    else FOR_VECTORS(c, { PUT(ds, a * AT(p) * (AT(g) - s)); })
  }
}

static void NAME(row_dots)(ptrdiff_t rows, ptrdiff_t c, const void *av, ptrdiff_t a_row, const void *bv,
                           ptrdiff_t b_row, void *outv) {
  const REAL *a = av, *b = bv;
  REAL *out = outv;
  for (ptrdiff_t r = 0; r < rows; r++, a += a_row, b += b_row) {
    vec total = (vec)(REAL)0;
    FOR_VECTORS(c, { total = FMA(AT(a), AT(b), total); })
    out[r] = NAME(horizontal_sum)(total);
  }
}

static void NAME(scale_rows)(ptrdiff_t rows, ptrdiff_t c, const void *factorv, int inverse, void *xv,
                             ptrdiff_t x_row) {
  const REAL *factor = factorv;
  REAL *x = xv;
  for (ptrdiff_t r = 0; r < rows; r++, x += x_row) {
    const vec f = (vec)(inverse ? (REAL)1 / factor[r] : factor[r]);
    FOR_VECTORS(c, { PUT(x, AT(x) * f); })
  }
}
