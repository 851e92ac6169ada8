// Normalisation for one element type and one instruction set.

// Σ of a run of at most RUN elements in vectors; runs are added in double, so that long rows lose nothing.
#define RUN_LENGTH 1024

#define RUN_SUM(total, n, ...)                                       \
  for (ptrdiff_t first = 0; first < (n); first += RUN_LENGTH) {      \
    const ptrdiff_t length = (n) - first < RUN_LENGTH ? (n) - first : RUN_LENGTH; \
    vec partial = (vec)(REAL)0;                                      \
    FOR_VECTORS(length, { partial += __VA_ARGS__; })                 \
    total += NAME(horizontal_sum)(partial);                          \
  }

// The vector of x − mean with zeros beyond the row's end.
INLINE vec NAME(centred)(const REAL *x, ptrdiff_t m, vec mean) {
  const vec d = NAME(load_n)(x, m) - mean;
  if (m >= VL) return d;
  vec r = (vec)(REAL)0;
  for (ptrdiff_t i = 0; i < m; i++) r[i] = d[i];
  return r;
}

static void NAME(row_norm)(ptrdiff_t rows, ptrdiff_t c, ptrdiff_t period, const void *xv, const void *gammav,
                           const void *betav, double epsilon, void *yv, void *statisticsv) {
  const REAL *x = xv, *gammas = gammav, *betas = betav;
  REAL *y = yv, *statistics = statisticsv;
  for (ptrdiff_t r = 0; r < rows; r++, x += c, y += c) {
    double sum = 0, squares = 0;
    RUN_SUM(sum, c, AT(x + first))
    const REAL mean = (REAL)(sum / (double)c);
    const vec mv = (vec)mean;
    RUN_SUM(squares, c, ({ const vec d = NAME(centred)(x + first + i, m, mv); d * d; }))
    const REAL scale = (REAL)(1 / sqrt(squares / (double)c + epsilon));
    const vec s = (vec)scale;
    if (statistics) {
      statistics[2 * r] = mean;
      statistics[2 * r + 1] = scale;
    }
    if (gammas) {
      const REAL *gamma = gammas + (r % period) * c, *beta = betas + (r % period) * c;
      FOR_VECTORS(c, { PUT(y, FMA((AT(x) - mv) * s, AT(gamma), AT(beta))); })
    } else FOR_VECTORS(c, { PUT(y, (AT(x) - mv) * s); })
  }
}

static void NAME(row_norm_backward)(ptrdiff_t rows, ptrdiff_t c, ptrdiff_t period, const void *xv, const void *gammav,
                                    const void *statisticsv, const void *gv, void *dxv, int accumulate, void *dgammav,
                                    void *dbetav) {
  const REAL *x = xv, *gammas = gammav, *statistics = statisticsv, *g = gv;
  REAL *dx = dxv, *dgammas = dgammav, *dbetas = dbetav;
  for (ptrdiff_t r = 0; r < rows; r++, x += c, g += c) {
    const REAL mean = statistics[2 * r], scale = statistics[2 * r + 1];
    const vec mv = (vec)mean, s = (vec)scale;
    const REAL *gamma = gammas ? gammas + (r % period) * c : 0;
    if (gamma) {
      REAL *dgamma = dgammas + (r % period) * c, *dbeta = dbetas + (r % period) * c;
      FOR_VECTORS(c, {
        PUT(dgamma, FMA((AT(x) - mv) * s, AT(g), AT(dgamma)));
        PUT(dbeta, AT(dbeta) + AT(g));
      })
    }
    if (!dx) continue;
    double sum = 0, product = 0;
#define SCALED(o) (gamma ? AT(g + (o)) * AT(gamma + (o)) : AT(g + (o)))
    RUN_SUM(sum, c, SCALED(first))
    RUN_SUM(product, c, SCALED(first) * NAME(centred)(x + first + i, m, mv))
    const vec a = (vec)(REAL)(sum / (double)c), b = (vec)(REAL)(product * scale * scale / (double)c);
    if (accumulate) FOR_VECTORS(c, { PUT(dx, FMA(s, SCALED(0) - a - (AT(x) - mv) * b, AT(dx))); })
    else FOR_VECTORS(c, { PUT(dx, s * (SCALED(0) - a - (AT(x) - mv) * b)); })
#undef SCALED
    dx += c;
  }
}

// Mean and Σ (x − mean)² of every column: per chunk of rows around the chunk's own mean, chunks joined exactly (Chan,
// Golub, LeVeque 1979).
#define MOMENT_ROWS 64

static void NAME(column_moments)(ptrdiff_t rows, ptrdiff_t c, const void *xv, void *meanv, void *squaresv) {
  const REAL *x = xv;
  REAL *mean = meanv, *squares = squaresv;
  for (ptrdiff_t r0 = 0; r0 < rows; r0 += MOMENT_ROWS) {
    const ptrdiff_t count = rows - r0 < MOMENT_ROWS ? rows - r0 : MOMENT_ROWS;
    const REAL *chunk = x + r0 * c;
    const vec inverse = (vec)((REAL)1 / (REAL)count), part = (vec)((REAL)count / (REAL)(r0 + count));
    const vec joint = (vec)((REAL)r0 * (REAL)count / (REAL)(r0 + count));
    FOR_VECTORS(c, {
      vec s0 = (vec)(REAL)0;
      vec s1 = s0;
      const REAL *p = chunk;
      ptrdiff_t r = 0;
      for (; r + 2 <= count; r += 2, p += 2 * c) {
        s0 += AT(p);
        s1 += AT(p + c);
      }
      if (r < count) s0 += AT(p);
      const vec own = (s0 + s1) * inverse;
      s0 = s1 = (vec)(REAL)0;
      p = chunk;
      for (r = 0; r + 2 <= count; r += 2, p += 2 * c) {
        const vec d0 = AT(p) - own;
        const vec d1 = AT(p + c) - own;
        s0 = FMA(d0, d0, s0);
        s1 = FMA(d1, d1, s1);
      }
      if (r < count) {
        const vec d0 = AT(p) - own;
        s0 = FMA(d0, d0, s0);
      }
      if (r0 == 0) {
        PUT(mean, own);
        PUT(squares, s0 + s1);
      } else {
        const vec delta = own - AT(mean);
        PUT(mean, FMA(delta, part, AT(mean)));
        PUT(squares, AT(squares) + (s0 + s1) + delta * delta * joint);
      }
    })
  }
}

static void NAME(column_norm)(int f, ptrdiff_t rows, ptrdiff_t c, const void *xv, const void *meanv, const void *sv,
                              const void *tv, void *yv) {
  const REAL *mean = meanv, *s = sv, *t = tv;
#define RUN(kind)                                                                          \
  {                                                                                        \
    const REAL *x = xv;                                                                    \
    REAL *y = yv;                                                                          \
    for (ptrdiff_t r = 0; r < rows; r++, x += c, y += c)                                   \
      FOR_VECTORS(c, { PUT(y, NAME(value)(kind, FMA(AT(x) - AT(mean), AT(s), AT(t)))); })  \
  }
  BY_ACTIVATION(f, RUN)
#undef RUN
}

static void NAME(column_norm_sums)(int f, ptrdiff_t rows, ptrdiff_t c, const void *xv, const void *meanv,
                                   const void *sv, const void *tv, void *gv, void *sumv, void *productv) {
  const REAL *mean = meanv, *s = sv, *t = tv;
  REAL *sum = sumv, *product = productv;
#define RUN(kind)                                                          \
  for (ptrdiff_t r0 = 0; r0 < rows; r0 += MOMENT_ROWS) {                   \
    const ptrdiff_t count = rows - r0 < MOMENT_ROWS ? rows - r0 : MOMENT_ROWS; \
    FOR_VECTORS(c, {                                                       \
      const vec centre = AT(mean);                                         \
      const vec factor = AT(s);                                            \
      const vec shift = AT(t);                                             \
      vec total = (vec)(REAL)0;                                            \
      vec moment = total;                                                  \
      const REAL *x = (const REAL *)xv + r0 * c;                           \
      REAL *g = (REAL *)gv + r0 * c;                                       \
      for (ptrdiff_t r = 0; r < count; r++, x += c, g += c) {              \
        const vec d = AT(x) - centre;                                      \
        vec h;                                                             \
        vec slope;                                                         \
        NAME(both)(kind, FMA(d, factor, shift), &h, &slope);               \
        const vec dz = AT(g) * slope;                                      \
        PUT(g, dz);                                                        \
        total += dz;                                                       \
        moment = FMA(dz, d, moment);                                       \
      }                                                                    \
      PUT(sum, AT(sum) + total);                                           \
      PUT(product, AT(product) + moment);                                  \
    })                                                                     \
  }
  BY_ACTIVATION(f, RUN)
#undef RUN
}

static void NAME(column_combination)(ptrdiff_t rows, ptrdiff_t c, const void *gv, const void *xv, const void *meanv,
                                     const void *av, const void *bv, const void *dv, void *yv, int accumulate) {
  const REAL *g = gv, *x = xv, *mean = meanv, *a = av, *b = bv, *d = dv;
  REAL *y = yv;
  for (ptrdiff_t r = 0; r < rows; r++, x += c, g += c, y += c) {
#define COMBINED FMA(AT(a), AT(g), FMA(AT(b), AT(x) - AT(mean), AT(d)))
    if (accumulate) FOR_VECTORS(c, { PUT(y, AT(y) + COMBINED); })
    else FOR_VECTORS(c, { PUT(y, COMBINED); })
#undef COMBINED
  }
}
