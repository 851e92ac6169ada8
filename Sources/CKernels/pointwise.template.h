// Pointwise functions and reductions for one element type and one instruction set.

// Vectors whose activations are computed together: a polynomial is one chain of dependent operations, and a scheduler
// does not look far enough ahead to fill the waits of one with those of the next. Three of GELU's with its derivative
// need 15 registers.
#define GROUP 3
#define EACH UNROLL for (int w = 0; w < W; w++)
// Runs `body` for groups of W = GROUP whole vectors, then for one at a time, the last with masks through `m` columns.
#define FOR_GROUPS(n, ...)                                       \
  {                                                              \
    ptrdiff_t i = 0;                                             \
    for (; i + GROUP * VL <= (n); i += GROUP * VL) {             \
      const int W = GROUP;                                       \
      const ptrdiff_t m = VL;                                    \
      __VA_ARGS__                                                \
    }                                                            \
    for (; i < (n); i += VL) {                                   \
      const int W = 1;                                           \
      const ptrdiff_t m = (n) - i < VL ? (n) - i : VL;           \
      __VA_ARGS__                                                \
    }                                                            \
  }
// Asks for the elements of a group some groups ahead, to be read or (1) written.
#define AHEAD_GROUPS 20
#define ASK(p, writes)                               \
  UNROLL for (int e = 0; e < GROUP * VL; e += LINE)  \
      __builtin_prefetch((p) + i + AHEAD_GROUPS * GROUP * VL + e, writes);
#define AT_EACH(p) NAME(load_n)((p) + i + w * VL, m)
#define PUT_EACH(p, v) NAME(store_n)((p) + i + w * VL, v, m)

#if ELEMENT_SIZE == 4
typedef int32_t NAME(ivec) __attribute__((ext_vector_type(VL)));

// e^x by n = round(x/ln 2), |r| ≤ ln2/2, degree-6 polynomial; relative error below 2 ulp on [−87, 88].
INLINE vec NAME(vexp)(vec x) {
  // Comparisons in this order keep NaN, and compile to one instruction each.
  x = x < -87.3f ? (vec)-87.3f : x;
  x = x > 88.0f ? (vec)88.0f : x;
  const vec n = __builtin_elementwise_roundeven(x * 1.44269504088896341f);
  vec r = FMA(n, (vec)-0.693359375f, x);
  r = FMA(n, (vec)2.12194440e-4f, r);
  vec p = (vec)1.9875691500e-4f;
  p = FMA(p, r, (vec)1.3981999507e-3f);
  p = FMA(p, r, (vec)8.3334519073e-3f);
  p = FMA(p, r, (vec)4.1665795894e-2f);
  p = FMA(p, r, (vec)1.6666665459e-1f);
  p = FMA(p, r, (vec)5.0000001201e-1f);
  p = FMA(p, r * r, r) + 1.0f;
  const NAME(ivec) e = (__builtin_convertvector(n, NAME(ivec)) + 127) << 23;
  union { NAME(ivec) i; vec f; } scale = {.i = e};
  return p * scale.f;
}
// tanh x = x·P₄(x²)/Q₄(x²) on |x| ≤ 9, beyond which it is ±1 but for less than a rounding; relative error of the
// quotient 2.3e-8, in single precision below 3.1e-7. Fitted by reweighted least squares.
INLINE vec NAME(vtanh)(vec x) {
  x = x < -9.01f ? (vec)-9.01f : x;
  x = x > 9.01f ? (vec)9.01f : x;
  const vec t = x * x;
  vec p = (vec)1.31775139e-08f;
  p = FMA(p, t, (vec)2.04811794e-05f);
  p = FMA(p, t, (vec)3.48781055e-03f);
  p = FMA(p, t, (vec)1.33744748e-01f);
  p = FMA(p, t, (vec)9.99999977e-01f);
  vec q = (vec)7.70404231e-07f;
  q = FMA(q, t, (vec)3.27291941e-04f);
  q = FMA(q, t, (vec)2.58473866e-02f);
  q = FMA(q, t, (vec)4.67077885e-01f);
  q = FMA(q, t, (vec)1.0f);
  const vec y = x * p / q;
  const vec below = y > 1.0f ? (vec)1.0f : y;
  return below < -1.0f ? (vec)-1.0f : below;
}
// Φ(x) of the standard normal distribution and GELU'(x) = Φ(x) + x·φ(x) less a half are odd: with c = x cut to where
// they are ±1/2 but for about 1e-8 and 1e-7, and t = c²,
//     Φ − 1/2 = c·P₅(t)/Q₅(t)                                     alone, |c| ≤ 5.6, to 3e-8 of max(1, |x|), or
//     Φ − 1/2 = c·P₆(t)/2Q₇(t)    GELU' − 1/2 = c·R₇(t)/2Q₇(t)    together, |c| ≤ 5.8, to 2e-8,
// fitted by least squares. A bias' gradient sums slopes over all points, so that their errors' common part counts.
// Cut from below, the factor of Φ stays finite where Φ's error would be all there is. NaN passes.
#define BOUNDED(x, reach) ((x) < -(reach) ? (vec)-(reach) : (x))
#define CUT(bounded, reach) ((bounded) > (reach) ? (vec)(reach) : (bounded))
#define HORNER(p, ...) \
  const float p##_terms[] = {__VA_ARGS__}; \
  vec p[GROUP]; \
  EACH p[w] = (vec)p##_terms[0]; \
  UNROLL for (int i = 1; i < (int)(sizeof p##_terms / sizeof(float)); i++) { \
    EACH p[w] = FMA(p[w], t[w], (vec)p##_terms[i]); \
  }
INLINE void NAME(gelu)(const int W, const vec *x, vec *value) {
  vec bounded[GROUP], c[GROUP], t[GROUP];
  EACH {
    bounded[w] = BOUNDED(x[w], 5.6f);
    c[w] = CUT(bounded[w], 5.6f);
    t[w] = c[w] * c[w];
  }
  HORNER(q, 1.180050929e-06f, 7.968200671e-05f, 1.985283002e-03f, 2.963241515e-02f, 2.557916521e-01f, 1.0f)
  HORNER(p, 2.170713380e-08f, 6.525702379e-06f, 1.867737304e-04f, 4.785904665e-03f, 3.555670835e-02f, 3.989421045e-01f)
  EACH value[w] = bounded[w] * (c[w] * p[w] / q[w] + 0.5f);
}
INLINE void NAME(gelu_both)(const int W, const vec *x, vec *value, vec *slope) {
  vec bounded[GROUP], c[GROUP], t[GROUP];
  EACH {
    bounded[w] = BOUNDED(x[w], 5.8f);
    c[w] = CUT(bounded[w], 5.8f);
    t[w] = c[w] * c[w];
  }
  HORNER(q, 2.060427035e-10f, 9.811034215e-08f, 6.043828245e-06f, 1.673187450e-04f, 3.103993234e-03f, 3.805597116e-02f,
         2.850364564e-01f, 1.0f)
  HORNER(p, 6.704547547e-09f, 8.912745961e-07f, 3.431393733e-05f, 7.258516706e-04f, 1.240848629e-02f, 9.444444573e-02f,
         7.978847531e-01f)
  HORNER(r, -3.854090982e-11f, 1.419911208e-08f, 2.567850882e-07f, 6.476361561e-05f, -1.728544926e-04f, 2.879285582e-02f,
         -7.706980603e-02f, 1.595768936f)
  EACH {
    const vec scaled = (vec)0.5f * c[w] / q[w];
    value[w] = bounded[w] * FMA(scaled, p[w], (vec)0.5f);
    slope[w] = FMA(scaled, r[w], (vec)0.5f);
  }
}
// sin and cos by x = q·π/2 + r in three exact parts, then Cephes' polynomials on |r| ≤ π/4; beyond 8192, where the
// parts are no longer exact, the C library's. Absolute error below 1.2e-7.
INLINE void NAME(sine_cosine)(vec x, vec *sine, vec *cosine) {
  const vec q = __builtin_elementwise_roundeven(x * 0.63661977236758134f);
  vec r = FMA(q, (vec)-1.5703125f, x);
  r = FMA(q, (vec)-4.8375129699707031e-4f, r);
  r = FMA(q, (vec)-7.5497899487686480e-8f, r);
  const vec z = r * r;
  vec s = (vec)-1.9515295891e-4f;
  s = FMA(s, z, (vec)8.3321608736e-3f);
  s = FMA(s, z, (vec)-1.6666654611e-1f);
  s = FMA(s * z, r, r);
  vec c = (vec)2.443315711809948e-5f;
  c = FMA(c, z, (vec)-1.388731625493765e-3f);
  c = FMA(c, z, (vec)4.166664568298827e-2f);
  c = FMA(c * z, z, FMA(z, (vec)-0.5f, (vec)1.0f));
  const NAME(ivec) quadrant = __builtin_convertvector(q, NAME(ivec));
  const NAME(ivec) swap = (quadrant & 1) != 0;
  const vec a = swap ? c : s, b = swap ? s : c;
  *sine = (quadrant & 2) != 0 ? -a : a;
  *cosine = ((quadrant + 1) & 2) != 0 ? -b : b;
  for (int i = 0; i < VL; i++)
    if (x[i] > 8192.0f || x[i] < -8192.0f) {
      (*sine)[i] = sinf(x[i]);
      (*cosine)[i] = cosf(x[i]);
    }
}
// log(1 + t) for 0 ≤ t ≤ 1 by 2·artanh(t/(2 + t)), whose argument is at most 1/3; truncated below 1e-8.
INLINE vec NAME(log_one_plus)(vec t) {
  const vec s = t / (t + 2.0f), z = s * s;
  vec p = (vec)(2.0f / 15);
  p = FMA(p, z, (vec)(2.0f / 13));
  p = FMA(p, z, (vec)(2.0f / 11));
  p = FMA(p, z, (vec)(2.0f / 9));
  p = FMA(p, z, (vec)(2.0f / 7));
  p = FMA(p, z, (vec)(2.0f / 5));
  p = FMA(p, z, (vec)(2.0f / 3));
  p = FMA(p, z, (vec)2.0f);
  return p * s;
}
// log x of normal x > 0: x = m·2^e with √½ ≤ m < √2, log m = 2·artanh((m − 1)/(m + 1)), whose argument is at most
// 0.1716; truncated below 1e-9.
INLINE vec NAME(vlog)(vec x) {
  union { vec f; NAME(ivec) i; } u = {.f = x};
  const NAME(ivec) e = (u.i - 0x3f3504f3) >> 23;
  u.i -= e * 8388608;
  const vec s = (u.f - 1.0f) / (u.f + 1.0f), z = s * s;
  vec p = (vec)(2.0f / 11);
  p = FMA(p, z, (vec)(2.0f / 9));
  p = FMA(p, z, (vec)(2.0f / 7));
  p = FMA(p, z, (vec)(2.0f / 5));
  p = FMA(p, z, (vec)(2.0f / 3));
  p = FMA(p, z, (vec)2.0f);
  return FMA(__builtin_convertvector(e, vec), (vec)0.69314718056f, p * s);
}
#else
INLINE vec NAME(each)(vec x, double (*f)(double)) {
  for (int i = 0; i < VL; i++) x[i] = f(x[i]);
  return x;
}
INLINE vec NAME(vexp)(vec x) { return NAME(each)(x, exp); }
INLINE vec NAME(vtanh)(vec x) { return NAME(each)(x, tanh); }
INLINE void NAME(gelu_both)(const int W, const vec *x, vec *value, vec *slope) {
  EACH {
    const vec cumulative = 0.5 * NAME(each)(x[w] * -0.70710678118654752440, erfc);
    value[w] = x[w] * cumulative;
    slope[w] = FMA(x[w], 0.39894228040143267794 * NAME(vexp)(x[w] * x[w] * -0.5), cumulative);
  }
}
INLINE void NAME(gelu)(const int W, const vec *x, vec *value) {
  EACH value[w] = x[w] * (0.5 * NAME(each)(x[w] * -0.70710678118654752440, erfc));
}
INLINE void NAME(sine_cosine)(vec x, vec *sine, vec *cosine) {
  *sine = NAME(each)(x, sin);
  *cosine = NAME(each)(x, cos);
}
INLINE vec NAME(log_one_plus)(vec t) { return NAME(each)(t, log1p); }
INLINE vec NAME(vlog)(vec x) { return NAME(each)(x, log); }
#endif

#define LEAK ((REAL)0.01)

// Value and derivative of activation f; f is a compile-time constant at every use.
INLINE vec NAME(value)(const int f, vec z) {
  if (f == OPKIT_GELU) {
    vec h;
    NAME(gelu)(1, &z, &h);
    return h;
  }
  if (f == OPKIT_RELU) return __builtin_elementwise_max(z, (vec)(REAL)0);
  if (f == OPKIT_TANH) return NAME(vtanh)(z);
  if (f == OPKIT_SILU) return z * ((REAL)1 / ((REAL)1 + NAME(vexp)(-z)));
  if (f == OPKIT_SINE) {
    vec s, c;
    NAME(sine_cosine)(z, &s, &c);
    return s;
  }
  if (f == OPKIT_LEAKY_RELU) return z > (REAL)0 ? z : z * LEAK;
  if (f == OPKIT_ELU) return z > (REAL)0 ? z : NAME(vexp)(__builtin_elementwise_min(z, (vec)(REAL)0)) - (REAL)1;
  if (f == OPKIT_SOFTPLUS)
    return __builtin_elementwise_max(z, (vec)(REAL)0) + NAME(log_one_plus)(NAME(vexp)(-__builtin_elementwise_abs(z)));
  return z;
}
INLINE void NAME(both)(const int f, vec z, vec *h, vec *derivative) {
  if (f == OPKIT_GELU) {
    NAME(gelu_both)(1, &z, h, derivative);
  } else if (f == OPKIT_RELU) {
    *h = __builtin_elementwise_max(z, (vec)(REAL)0);
    *derivative = z > (REAL)0 ? (vec)(REAL)1 : (vec)(REAL)0;
  } else if (f == OPKIT_TANH) {
    const vec t = NAME(vtanh)(z);
    *h = t;
    *derivative = (REAL)1 - t * t;
  } else if (f == OPKIT_SILU) {
    const vec s = (REAL)1 / ((REAL)1 + NAME(vexp)(-z));
    *h = z * s;
    *derivative = s * ((REAL)1 + z * ((REAL)1 - s));
  } else if (f == OPKIT_SINE) {
    NAME(sine_cosine)(z, h, derivative);
  } else if (f == OPKIT_LEAKY_RELU) {
    *h = z > (REAL)0 ? z : z * LEAK;
    *derivative = z > (REAL)0 ? (vec)(REAL)1 : (vec)LEAK;
  } else if (f == OPKIT_ELU) {
    const vec e = NAME(vexp)(__builtin_elementwise_min(z, (vec)(REAL)0));
    *h = z > (REAL)0 ? z : e - (REAL)1;
    *derivative = e;
  } else if (f == OPKIT_SOFTPLUS) {
    const vec e = NAME(vexp)(-__builtin_elementwise_abs(z));
    *h = __builtin_elementwise_max(z, (vec)(REAL)0) + NAME(log_one_plus)(e);
    *derivative = (z > (REAL)0 ? (vec)(REAL)1 : e) / ((REAL)1 + e);
  } else {
    *h = z;
    *derivative = (vec)(REAL)1;
  }
}

// The same for W vectors.
INLINE void NAME(values)(const int f, const int W, const vec *z, vec *h) {
  if (f == OPKIT_GELU) NAME(gelu)(W, z, h);
  else EACH h[w] = NAME(value)(f, z[w]);
}
INLINE void NAME(values_both)(const int f, const int W, const vec *z, vec *h, vec *derivative) {
  if (f == OPKIT_GELU) NAME(gelu_both)(W, z, h, derivative);
  else EACH NAME(both)(f, z[w], h + w, derivative + w);
}

#define BY_ACTIVATION(f, RUN)                 \
  switch (f) {                                \
    case OPKIT_GELU: RUN(OPKIT_GELU) break;   \
    case OPKIT_RELU: RUN(OPKIT_RELU) break;   \
    case OPKIT_TANH: RUN(OPKIT_TANH) break;   \
    case OPKIT_SILU: RUN(OPKIT_SILU) break;   \
    case OPKIT_SINE: RUN(OPKIT_SINE) break;   \
    case OPKIT_LEAKY_RELU: RUN(OPKIT_LEAKY_RELU) break; \
    case OPKIT_ELU: RUN(OPKIT_ELU) break;     \
    case OPKIT_SOFTPLUS: RUN(OPKIT_SOFTPLUS) break; \
    default: RUN(OPKIT_IDENTITY) break;       \
  }

static void NAME(activate)(int f, ptrdiff_t n, const void *zv, void *hv) {
  const REAL *z = zv;
  REAL *h = hv;
#define RUN(k)                                   \
  FOR_GROUPS(n, {                                \
    ASK(z, 0)                                    \
    ASK(h, 1)                                    \
    vec argument[GROUP], value[GROUP];           \
    EACH argument[w] = AT_EACH(z);               \
    NAME(values)(k, W, argument, value);         \
    EACH PUT_EACH(h, value[w]);                  \
  })
  BY_ACTIVATION(f, RUN)
#undef RUN
}

static void NAME(activate_backward)(int f, ptrdiff_t n, const void *zv, const void *dhv, void *dzv, int accumulate) {
  const REAL *z = zv, *dh = dhv;
  REAL *dz = dzv;
#define RUN(k)                                                          \
  FOR_GROUPS(n, {                                                       \
    ASK(z, 0)                                                           \
    ASK(dh, 0)                                                          \
    ASK(dz, 1)                                                          \
    vec argument[GROUP], value[GROUP], slope[GROUP];                    \
    EACH argument[w] = AT_EACH(z);                                      \
    NAME(values_both)(k, W, argument, value, slope);                    \
    EACH {                                                              \
      const vec g = AT_EACH(dh) * slope[w];                             \
      PUT_EACH(dz, accumulate ? AT_EACH(dz) + g : g);                   \
    }                                                                   \
  })
  BY_ACTIVATION(f, RUN)
#undef RUN
}

// z + g ⊙ s is the activation's argument; g has one element a column.
static void NAME(activate_gated)(int f, ptrdiff_t rows, ptrdiff_t c, const void *zv, const void *sv, const void *gv,
                                 void *hv) {
  const REAL *z = zv, *s = sv, *g = gv;
  REAL *h = hv;
#define RUN(k)                                                                      \
  for (ptrdiff_t r = 0; r < rows; r++, z += c, s += c, h += c)                       \
    FOR_GROUPS(c, {                                                                 \
      ASK(s, 0)                                                                     \
      vec argument[GROUP], value[GROUP];                                            \
      EACH argument[w] = FMA(AT_EACH(s), AT_EACH(g), AT_EACH(z));                   \
      NAME(values)(k, W, argument, value);                                          \
      EACH PUT_EACH(h, value[w]);                                                   \
    })
  BY_ACTIVATION(f, RUN)
#undef RUN
}

static void NAME(activate_gated_backward)(int f, ptrdiff_t rows, ptrdiff_t c, const void *zv, const void *sv,
                                          const void *gv, const void *dhv, void *dzv) {
  const REAL *z = zv, *s = sv, *g = gv, *dh = dhv;
  REAL *dz = dzv;
#define RUN(k)                                                                      \
  for (ptrdiff_t r = 0; r < rows; r++, z += c, s += c, dh += c, dz += c)             \
    FOR_GROUPS(c, {                                                                 \
      ASK(s, 0)                                                                     \
      ASK(dh, 1)                                                                    \
      vec argument[GROUP], value[GROUP], slope[GROUP];                              \
      EACH argument[w] = FMA(AT_EACH(s), AT_EACH(g), AT_EACH(z));                   \
      NAME(values_both)(k, W, argument, value, slope);                              \
      EACH PUT_EACH(dz, AT_EACH(dh) * slope[w]);                                    \
    })
  BY_ACTIVATION(f, RUN)
#undef RUN
}

static void NAME(activate_both)(int f, ptrdiff_t n, const void *zv, void *hv, void *dv) {
  const REAL *z = zv;
  REAL *h = hv, *derivative = dv;
#define RUN(k)                                                \
  FOR_GROUPS(n, {                                             \
    ASK(z, 0)                                                 \
    vec argument[GROUP], value[GROUP], slope[GROUP];          \
    EACH argument[w] = AT_EACH(z);                            \
    NAME(values_both)(k, W, argument, value, slope);          \
    EACH {                                                    \
      PUT_EACH(h, value[w]);                                  \
      PUT_EACH(derivative, slope[w]);                         \
    }                                                         \
  })
  BY_ACTIVATION(f, RUN)
#undef RUN
}

static void NAME(scale)(ptrdiff_t n, double alpha, const void *xv, void *yv, int accumulate) {
  const REAL *x = xv;
  REAL *y = yv;
  const vec s = (vec)(REAL)alpha;
  if (accumulate) FOR_VECTORS(n, { PUT(y, FMA(s, AT(x), AT(y))); })
  else FOR_VECTORS(n, { PUT(y, s * AT(x)); })
}

static void NAME(multiply)(ptrdiff_t n, const void *av, const void *bv, void *yv, int accumulate) {
  const REAL *a = av, *b = bv;
  REAL *y = yv;
  if (accumulate) FOR_VECTORS(n, { PUT(y, FMA(AT(a), AT(b), AT(y))); })
  else FOR_VECTORS(n, { PUT(y, AT(a) * AT(b)); })
}

static void NAME(gate)(ptrdiff_t rows, ptrdiff_t c, const void *xv, const void *gv, void *yv, int accumulate) {
  const REAL *x = xv, *g = gv;
  REAL *y = yv;
  for (ptrdiff_t r = 0; r < rows; r++, x += c, y += c) {
    if (accumulate) FOR_VECTORS(c, { PUT(y, FMA(AT(x), AT(g), AT(y))); })
    else FOR_VECTORS(c, { PUT(y, AT(x) * AT(g)); })
  }
}

static void NAME(scaled_rows)(ptrdiff_t rows, ptrdiff_t c, const void *fv, const void *xv, void *yv, int accumulate) {
  const REAL *factor = fv, *x = xv;
  REAL *y = yv;
  for (ptrdiff_t r = 0; r < rows; r++, x += c, y += c) {
    const vec f = (vec)factor[r];
    if (accumulate) FOR_VECTORS(c, { PUT(y, FMA(f, AT(x), AT(y))); })
    else FOR_VECTORS(c, { PUT(y, f * AT(x)); })
  }
}

static void NAME(column_sums)(ptrdiff_t rows, ptrdiff_t c, const void *xv, void *outv, int accumulate) {
  const REAL *x = xv;
  REAL *out = outv;
  FOR_VECTORS(c, {
    vec s0 = (vec)(REAL)0, s1 = s0, s2 = s0, s3 = s0;
    const REAL *p = x;
    ptrdiff_t r = 0;
    for (; r + 4 <= rows; r += 4, p += 4 * c) {
      s0 += AT(p);
      s1 += AT(p + c);
      s2 += AT(p + 2 * c);
      s3 += AT(p + 3 * c);
    }
    for (; r < rows; r++, p += c) s0 += AT(p);
    const vec sum = (s0 + s1) + (s2 + s3);
    PUT(out, accumulate ? AT(out) + sum : sum);
  })
}

// D. E. Knuth's error of an addition, without a comparison: exact whatever the order of the two.
static void NAME(column_sums_compensated)(ptrdiff_t rows, ptrdiff_t c, const void *xv, void *sumv, void *errorv) {
  const REAL *x = xv;
  REAL *sum = sumv, *error = errorv;
  FOR_VECTORS(c, {
    vec s = AT(sum), e = AT(error);
    const REAL *p = x;
    for (ptrdiff_t r = 0; r < rows; r++, p += c) {
      const vec a = AT(p), t = s + a, b = t - s;
      e += (s - (t - b)) + (a - b);
      s = t;
    }
    PUT(sum, s);
    PUT(error, e);
  })
}

static void NAME(column_dots)(ptrdiff_t rows, ptrdiff_t c, const void *av, const void *bv, void *outv, int accumulate) {
  const REAL *a = av, *b = bv;
  REAL *out = outv;
  FOR_VECTORS(c, {
    vec s0 = (vec)(REAL)0, s1 = s0;
    const REAL *p = a, *q = b;
    ptrdiff_t r = 0;
    for (; r + 2 <= rows; r += 2, p += 2 * c, q += 2 * c) {
      s0 = FMA(AT(p), AT(q), s0);
      s1 = FMA(AT(p + c), AT(q + c), s1);
    }
    if (r < rows) s0 = FMA(AT(p), AT(q), s0);
    PUT(out, accumulate ? AT(out) + (s0 + s1) : s0 + s1);
  })
}

static void NAME(copy_rows)(ptrdiff_t rows, ptrdiff_t c, const void *xv, ptrdiff_t x_stride, void *yv,
                            ptrdiff_t y_stride, int accumulate) {
  const REAL *x = xv;
  REAL *y = yv;
  for (ptrdiff_t r = 0; r < rows; r++, x += x_stride, y += y_stride) {
    if (accumulate)
      for (ptrdiff_t j = 0; j < c; j++) y[j] += x[j];
    else
      for (ptrdiff_t j = 0; j < c; j++) y[j] = x[j];
  }
}

// Eight partial sums in double, combined in a fixed tree.
#define SUMMED(...)                                                              \
  double s[8] = {0, 0, 0, 0, 0, 0, 0, 0};                                         \
  ptrdiff_t i = 0;                                                                \
  for (; i + 8 <= n; i += 8)                                                      \
    for (int j = 0; j < 8; j++) { const ptrdiff_t e = i + j; s[j] += (__VA_ARGS__); }    \
  for (; i < n; i++) { const ptrdiff_t e = i; s[0] += (__VA_ARGS__); }                   \
  return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));

static double NAME(dot)(ptrdiff_t n, const void *av, const void *bv) {
  const REAL *a = av, *b = bv;
  SUMMED((double)a[e] * (double)b[e])
}

static double NAME(squared_distance)(ptrdiff_t n, const void *av, const void *bv) {
  const REAL *a = av, *b = bv;
  SUMMED((double)(a[e] - b[e]) * (double)(a[e] - b[e]))
}

static void NAME(difference)(ptrdiff_t n, double alpha, const void *av, const void *bv, void *yv, int accumulate) {
  const REAL *a = av, *b = bv;
  REAL *y = yv;
  const vec s = (vec)(REAL)alpha;
  if (accumulate) FOR_VECTORS(n, { PUT(y, FMA(s, AT(a) - AT(b), AT(y))); })
  else FOR_VECTORS(n, { PUT(y, s * (AT(a) - AT(b))); })
}

static double NAME(absolute_sum)(ptrdiff_t n, const void *xv) {
  const REAL *x = xv;
  SUMMED(x[e] < 0 ? -(double)x[e] : (double)x[e])
}

static void NAME(sign)(ptrdiff_t n, double alpha, const void *xv, void *yv, int accumulate) {
  const REAL *x = xv, s = (REAL)alpha;
  REAL *y = yv;
  for (ptrdiff_t i = 0; i < n; i++) {
    const REAL v = x[i] > 0 ? s : x[i] < 0 ? -s : (REAL)0;
    y[i] = accumulate ? y[i] + v : v;
  }
}

static void NAME(affine)(ptrdiff_t n, ptrdiff_t period, const void *xv, const void *sv, const void *tv, void *yv) {
  const REAL *x = xv, *s = sv, *t = tv;
  REAL *y = yv;
  for (ptrdiff_t p = 0; p < n; p += period, x += period, y += period)
    for (ptrdiff_t i = 0; i < period; i++) y[i] = x[i] * s[i] + t[i];
}

static ptrdiff_t NAME(first_non_finite)(ptrdiff_t n, const void *xv) {
  const REAL *x = xv;
  // x·0 is 0 for finite x and NaN otherwise, so a block's sum tells whether to look closer.
  for (ptrdiff_t b = 0; b < n; b += 1024) {
    const ptrdiff_t end = b + 1024 < n ? b + 1024 : n;
    REAL s[16] = {0};
    ptrdiff_t i = b;
    for (; i + 16 <= end; i += 16)
      for (int j = 0; j < 16; j++) s[j] += x[i + j] * (REAL)0;
    for (; i < end; i++) s[0] += x[i] * (REAL)0;
    REAL total = 0;
    for (int j = 0; j < 16; j++) total += s[j];
    if (total == 0) continue;
    for (i = b; i < end; i++)
      if (!(x[i] * (REAL)0 == 0)) return i;
  }
  return -1;
}

static void NAME(reduce_lanes)(ptrdiff_t n, int lanes, const void *const *l, double alpha, void *outv) {
  REAL *out = outv;
  const vec s = (vec)(REAL)alpha;
  FOR_VECTORS(n, {
    vec t[64];
    for (int j = 0; j < lanes; j++) t[j] = AT((const REAL *)l[j]);
    for (int width = 1; width < lanes; width *= 2)
      for (int j = 0; j + width < lanes; j += 2 * width) t[j] += t[j + width];
    PUT(out, t[0] * s);
  })
}

static void NAME(adam)(ptrdiff_t n, ptrdiff_t pair, void *wv, void *mv, void *vv, const void *gv, double beta1,
                       double beta2, double step, double v_scale, double epsilon, double coupled, double decoupled) {
  REAL *w = wv, *mm = mv, *v = vv;
  const REAL *g = gv;
  const vec b1 = (vec)(REAL)beta1, b2 = (vec)(REAL)beta2, c1 = (vec)(REAL)(1 - beta1), c2 = (vec)(REAL)(1 - beta2);
  const vec vs = (vec)(REAL)v_scale, eps = (vec)(REAL)epsilon, st = (vec)(REAL)step, cd = (vec)(REAL)coupled;
  const vec keep = (vec)(REAL)(1 - decoupled);
#define STEP(o, gg, second)                                                      \
  {                                                                              \
    const vec first = FMA(b1, AT(mm + (o)), c1 * (gg));                          \
    PUT(mm + (o), first);                                                        \
    PUT(v + (o), second);                                                        \
    const vec root = __builtin_elementwise_sqrt((second) * vs);                  \
    PUT(w + (o), AT(w + (o)) * keep - st * first / (root + eps));                \
  }
  if (pair == 0) FOR_VECTORS(n, {
      const vec gg = FMA(cd, AT(w), AT(g));
      const vec second = FMA(b2, AT(v), c2 * gg * gg);
      STEP(0, gg, second)
    })
  else FOR_VECTORS(n, {
      const vec gr = FMA(cd, AT(w), AT(g)), gi = FMA(cd, AT(w + pair), AT(g + pair));
      const vec second = FMA(b2, AT(v), c2 * (gr * gr + gi * gi));
      STEP(0, gr, second)
      STEP(pair, gi, second)
    })
#undef STEP
}

static void NAME(lion)(ptrdiff_t n, void *wv, void *mv, const void *gv, double beta1, double beta2, double step,
                       double decay) {
  REAL *w = wv, *momentum = mv;
  const REAL *g = gv;
  const vec b1 = (vec)(REAL)beta1, b2 = (vec)(REAL)beta2, c1 = (vec)(REAL)(1 - beta1), c2 = (vec)(REAL)(1 - beta2);
  const vec up = (vec)(REAL)step, keep = (vec)(REAL)(1 - decay), zero = (vec)(REAL)0;
  FOR_VECTORS(n, {
    const vec direction = FMA(b1, AT(momentum), c1 * AT(g));
    const vec move = direction > zero ? up : (direction < zero ? -up : zero);
    PUT(w, AT(w) * keep - move);
    PUT(momentum, FMA(b2, AT(momentum), c2 * AT(g)));
  })
}
