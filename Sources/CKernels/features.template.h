// Feature maps of queries and keys for one element type and one instruction set.

// In every part of a row the pairs (x[i], x[i + half]) are turned by the angles of the row's point.
static void NAME(rotate)(ptrdiff_t rows, ptrdiff_t parts, ptrdiff_t half, const void *xv, const void *cosinev,
                         const void *sinev, double sign, void *yv, int accumulate) {
  const REAL *x = xv, *cosine = cosinev, *sine = sinev;
  REAL *y = yv;
  const vec turn = (vec)(REAL)sign;
  for (ptrdiff_t r = 0; r < rows; r++, cosine += half, sine += half)
    for (ptrdiff_t h = 0; h < parts; h++, x += 2 * half, y += 2 * half) FOR_VECTORS(half, {
        const vec c = AT(cosine);
        const vec s = turn * AT(sine);
        const vec a = AT(x);
        const vec b = AT(x + half);
        const vec u = FMA(a, c, -(b * s));
        const vec v = FMA(a, s, b * c);
        PUT(y, accumulate ? AT(y) + u : u);
        PUT(y + half, accumulate ? AT(y + half) + v : v);
      })
}

// A row's norm n = √(Σx² + ε²) and the exponent p = power·(½ + tanh n) with its derivative.
#define NORM_EPSILON ((REAL)1e-6)
// Directions below this have no feature; their logarithm is that of a normal number.
#define LEAST_DIRECTION ((REAL)1e-18)

INLINE REAL NAME(row_power)(ptrdiff_t c, const REAL *x, REAL power, REAL *norm, REAL *slope) {
  vec total = (vec)(REAL)0;
  FOR_VECTORS(c, { total = FMA(AT(x), AT(x), total); })
  const REAL n = (REAL)sqrt((double)(NAME(horizontal_sum)(total) + NORM_EPSILON * NORM_EPSILON));
  const REAL t = NAME(vtanh)((vec)n)[0];
  *norm = n;
  *slope = power * ((REAL)1 - t * t);
  return power * ((REAL)0.5 + t);
}

INLINE vec NAME(direction)(vec x, vec inverse) {
  return __builtin_elementwise_max(__builtin_elementwise_abs(x) * inverse, (vec)LEAST_DIRECTION);
}

// y = [f where x > 0 | f where x < 0] with f = (|x|/n)^p along every row of c.
static void NAME(direction_powers)(ptrdiff_t rows, ptrdiff_t c, const void *xv, double power, void *yv) {
  const REAL *x = xv;
  REAL *y = yv;
  for (ptrdiff_t r = 0; r < rows; r++, x += c, y += 2 * c) {
    REAL norm, slope;
    const vec p = (vec)NAME(row_power)(c, x, (REAL)power, &norm, &slope);
    const vec inverse = (vec)((REAL)1 / norm), zero = (vec)(REAL)0;
    FOR_VECTORS(c, {
      const vec v = AT(x);
      const vec f = NAME(vexp)(p * NAME(vlog)(NAME(direction)(v, inverse)));
      PUT(y, v > zero ? f : zero);
      PUT(y + c, v < zero ? f : zero);
    })
  }
}

// With G the gradient on x's side and n′ = x/n:
// dx_k = G_k f_k p/x_k + x_k·(−p/n² Σ G f + p′/n Σ G f log(|x|/n))
static void NAME(direction_powers_backward)(ptrdiff_t rows, ptrdiff_t c, const void *xv, double power, const void *yv,
                                            const void *gv, void *dxv, int accumulate) {
  const REAL *x = xv, *y = yv, *g = gv;
  REAL *dx = dxv;
  for (ptrdiff_t r = 0; r < rows; r++, x += c, y += 2 * c, g += 2 * c, dx += c) {
    REAL norm, slope;
    const REAL exponent = NAME(row_power)(c, x, (REAL)power, &norm, &slope);
    const vec inverse = (vec)((REAL)1 / norm), zero = (vec)(REAL)0;
    vec sums = zero, logarithms = zero;
    // Of y's two halves one is zero, so the product needs no choice of a side.
    FOR_VECTORS(c, {
      const vec w = FMA(AT(g), AT(y), AT(g + c) * AT(y + c));
      sums += w;
      logarithms = FMA(w, NAME(vlog)(NAME(direction)(AT(x), inverse)), logarithms);
    })
    const REAL total = NAME(horizontal_sum)(sums), moment = NAME(horizontal_sum)(logarithms);
    const vec radial = (vec)((slope * moment - exponent * total / norm) / norm), p = (vec)exponent;
    FOR_VECTORS(c, {
      const vec v = AT(x);
      const vec w = FMA(AT(g), AT(y), AT(g + c) * AT(y + c));
      const vec own = w * p * inverse / NAME(direction)(v, inverse);
      const vec d = FMA(v, radial, v < zero ? -own : own);
      PUT(dx, accumulate ? AT(dx) + d : d);
    })
  }
}

// y = [x³ where x > 0 | −x³ where x < 0] along every row of c.
static void NAME(signed_cubes)(ptrdiff_t rows, ptrdiff_t c, const void *xv, void *yv) {
  const REAL *x = xv;
  REAL *y = yv;
  const vec zero = (vec)(REAL)0;
  for (ptrdiff_t r = 0; r < rows; r++, x += c, y += 2 * c) FOR_VECTORS(c, {
      const vec a = __builtin_elementwise_max(AT(x), zero);
      const vec b = __builtin_elementwise_max(-AT(x), zero);
      PUT(y, a * a * a);
      PUT(y + c, b * b * b);
    })
}

static void NAME(signed_cubes_backward)(ptrdiff_t rows, ptrdiff_t c, const void *xv, const void *gv, void *dxv,
                                        int accumulate) {
  const REAL *x = xv, *g = gv;
  REAL *dx = dxv;
  const vec zero = (vec)(REAL)0, three = (vec)(REAL)3;
  for (ptrdiff_t r = 0; r < rows; r++, x += c, g += 2 * c, dx += c) FOR_VECTORS(c, {
      const vec v = AT(x);
      const vec d = three * v * v * (v > zero ? AT(g) : -AT(g + c));
      PUT(dx, accumulate ? AT(dx) + d : d);
    })
}
