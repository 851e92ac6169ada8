// Passes over Fourier modes: interleaved complex numbers, two reals a mode, PAIRS modes a vector.
#define PAIRS (VL / 2)

// RE and IM copy one part of every number over both, FLIP exchanges the parts, BACKWARDS reverses the order of the
// numbers, EVERY_OTHER takes real parts from a and imaginary parts from b, SPREAD(p) reads a real number for both parts.
#if VL == 2
#define RE(v) __builtin_shufflevector((v), (v), 0, 0)
#define IM(v) __builtin_shufflevector((v), (v), 1, 1)
#define FLIP(v) __builtin_shufflevector((v), (v), 1, 0)
#define BACKWARDS(v) (v)
#define EVERY_OTHER(a, b) __builtin_shufflevector((a), (b), 0, 3)
#define SIGNS(a, b) ((vec){(a), (b)})
#define SPREAD(p) ((vec)(*(p)))
#elif VL == 4
#define RE(v) __builtin_shufflevector((v), (v), 0, 0, 2, 2)
#define IM(v) __builtin_shufflevector((v), (v), 1, 1, 3, 3)
#define FLIP(v) __builtin_shufflevector((v), (v), 1, 0, 3, 2)
#define BACKWARDS(v) __builtin_shufflevector((v), (v), 2, 3, 0, 1)
#define EVERY_OTHER(a, b) __builtin_shufflevector((a), (b), 0, 5, 2, 7)
#define SIGNS(a, b) ((vec){(a), (b), (a), (b)})
#define SPREAD_ORDER 0, 0, 1, 1
#elif VL == 8
#define RE(v) __builtin_shufflevector((v), (v), 0, 0, 2, 2, 4, 4, 6, 6)
#define IM(v) __builtin_shufflevector((v), (v), 1, 1, 3, 3, 5, 5, 7, 7)
#define FLIP(v) __builtin_shufflevector((v), (v), 1, 0, 3, 2, 5, 4, 7, 6)
#define BACKWARDS(v) __builtin_shufflevector((v), (v), 6, 7, 4, 5, 2, 3, 0, 1)
#define EVERY_OTHER(a, b) __builtin_shufflevector((a), (b), 0, 9, 2, 11, 4, 13, 6, 15)
#define SIGNS(a, b) ((vec){(a), (b), (a), (b), (a), (b), (a), (b)})
#define SPREAD_ORDER 0, 0, 1, 1, 2, 2, 3, 3
#else
#define RE(v) __builtin_shufflevector((v), (v), 0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14)
#define IM(v) __builtin_shufflevector((v), (v), 1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15)
#define FLIP(v) __builtin_shufflevector((v), (v), 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
#define BACKWARDS(v) __builtin_shufflevector((v), (v), 14, 15, 12, 13, 10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1)
#define EVERY_OTHER(a, b) \
  __builtin_shufflevector((a), (b), 0, 17, 2, 19, 4, 21, 6, 23, 8, 25, 10, 27, 12, 29, 14, 31)
#define SIGNS(a, b) ((vec){(a), (b), (a), (b), (a), (b), (a), (b), (a), (b), (a), (b), (a), (b), (a), (b)})
#define SPREAD_ORDER 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7
#endif
#if VL > 2
typedef REAL NAME(half_vector) __attribute__((ext_vector_type(VL / 2), aligned(ELEMENT_SIZE)));
INLINE vec NAME(spread)(const REAL *p) {
  const NAME(half_vector) h = *(const NAME(half_vector) *)p;
  return __builtin_shufflevector(h, h, SPREAD_ORDER);
}
#define SPREAD(p) NAME(spread)(p)
#endif
#define CONJUGATE(v) ((v) * SIGNS(1, -1))
#define READ(p) ((vec) * (const vecu *)(p))
#define WRITE(p, v) (*(vecu *)(p) = (v))

INLINE vec NAME(product)(vec a, vec b) { return FMA(RE(a), b, IM(a) * FLIP(b) * SIGNS(-1, 1)); }

// out = Σ_j w_j·x_j for up to eight terms; a constant number of them keeps all pointers in registers.
INLINE void NAME(mode_sum)(ptrdiff_t count, int complex, int terms, const void *const *weights,
                           const void *const *values, REAL *out) {
  const REAL *w[8], *x[8];
  for (int j = 0; j < terms; j++) {
    w[j] = weights[j];
    x[j] = values[j];
  }
  ptrdiff_t k = 0;
  for (; k + PAIRS <= count; k += PAIRS) {
    vec sum = 0;
    for (int j = 0; j < terms; j++) {
      if (complex)
        sum += NAME(product)(READ(w[j] + 2 * k), READ(x[j] + 2 * k));
      else
        sum = FMA(SPREAD(w[j] + k), READ(x[j] + 2 * k), sum);
    }
    WRITE(out + 2 * k, sum);
  }
  for (; k < count; k++) {
    REAL re = 0, im = 0;
    for (int j = 0; j < terms; j++) {
      const REAL a = complex ? w[j][2 * k] : w[j][k], b = complex ? w[j][2 * k + 1] : 0;
      re += a * x[j][2 * k] - b * x[j][2 * k + 1];
      im += a * x[j][2 * k + 1] + b * x[j][2 * k];
    }
    out[2 * k] = re;
    out[2 * k + 1] = im;
  }
}

static void NAME(mode_combine)(ptrdiff_t count, int complex, int terms, const void *const *weights,
                               const void *const *values, void *out) {
  if (complex) return NAME(mode_sum)(count, 1, terms, weights, values, out);
  switch (terms) {
    case 2: return NAME(mode_sum)(count, 0, 2, weights, values, out);
    case 3: return NAME(mode_sum)(count, 0, 3, weights, values, out);
    case 5: return NAME(mode_sum)(count, 0, 5, weights, values, out);
    default: return NAME(mode_sum)(count, 0, terms, weights, values, out);
  }
}

static ptrdiff_t NAME(active_modes)(ptrdiff_t count, const void *xv, double negligible) {
  const REAL *x = xv;
  vec sums[4] = {0, 0, 0, 0};
  ptrdiff_t k = 0;
  for (; k + 4 * PAIRS <= count; k += 4 * PAIRS)
    UNROLL for (int j = 0; j < 4; j++) {
      const vec a = READ(x + 2 * (k + j * PAIRS));
      sums[j] = FMA(a, a, sums[j]);
    }
  const vec total = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  REAL square = 0;
  for (int j = 0; j < VL; j++) square += total[j];
  for (; k < count; k++) square += x[2 * k] * x[2 * k] + x[2 * k + 1] * x[2 * k + 1];
  const REAL bound = (REAL)negligible * square;
  if (!(bound >= 0)) return count;
  // The parts of a number are squared apart: where neither is above half the bound, the number is not above it.
  const vec half = (vec)(bound / 2);
  for (k = count; k >= 4 * PAIRS; k -= 4 * PAIRS) {
    vec largest = 0;
    UNROLL for (int j = 1; j <= 4; j++) {
      const vec a = READ(x + 2 * (k - j * PAIRS));
      largest = __builtin_elementwise_max(largest, a * a);
    }
    if (__builtin_reduce_max(largest) > half[0]) break;
  }
  for (; k > 0; k--)
    if (x[2 * k - 2] * x[2 * k - 2] + x[2 * k - 1] * x[2 * k - 1] > bound) break;
  return k;
}

// Z_m = X_m + i·w^m·X_m + conj(X_{half−m} − i·w^{half−m}·X_{half−m}), where turns holds i·w^m = i·exp(2πi m/(2·half)).
static void NAME(line_spread)(ptrdiff_t half, ptrdiff_t count, const void *xv, const void *tv, void *zv) {
  const REAL *x = xv, *t = tv;
  REAL *z = zv;
  // Below `single`, the second term belongs to a mode that is zero.
  const ptrdiff_t single = count <= half - count + 1 ? count : half - count + 1;
  z[0] = z[1] = count > 0 ? x[0] : 0;
  ptrdiff_t m = 1;
  for (; m + PAIRS <= single; m += PAIRS) {
    const vec a = READ(x + 2 * m), turned = NAME(product)(READ(t + 2 * m), a);
    WRITE(z + 2 * m, a + turned);
    WRITE(z + 2 * (half - m - PAIRS + 1), BACKWARDS(CONJUGATE(a - turned)));
  }
  for (; m < single; m++) {
    const REAL re = t[2 * m] * x[2 * m] - t[2 * m + 1] * x[2 * m + 1];
    const REAL im = t[2 * m] * x[2 * m + 1] + t[2 * m + 1] * x[2 * m];
    z[2 * m] = x[2 * m] + re;
    z[2 * m + 1] = x[2 * m + 1] + im;
    z[2 * (half - m)] = x[2 * m] - re;
    z[2 * (half - m) + 1] = im - x[2 * m + 1];
  }
  if (count <= half - count + 1) {
    const ptrdiff_t first = single > 1 ? single : 1;
    memset(z + 2 * first, 0, sizeof(REAL) * 2 * (size_t)(half - 2 * first + 1));
    return;
  }
  for (; m + PAIRS <= count; m += PAIRS) {
    const ptrdiff_t n = half - m - PAIRS + 1;
    const vec a = READ(x + 2 * m), b = READ(x + 2 * n);
    const vec lower = a + NAME(product)(READ(t + 2 * m), a), upper = b - NAME(product)(READ(t + 2 * n), b);
    WRITE(z + 2 * m, lower + BACKWARDS(CONJUGATE(upper)));
  }
  for (; m < count; m++) {
    const REAL *a = x + 2 * m, *b = x + 2 * (half - m), *s = t + 2 * m, *r = t + 2 * (half - m);
    z[2 * m] = a[0] + s[0] * a[0] - s[1] * a[1] + b[0] - (r[0] * b[0] - r[1] * b[1]);
    z[2 * m + 1] = a[1] + s[0] * a[1] + s[1] * a[0] - b[1] + (r[0] * b[1] + r[1] * b[0]);
  }
}

// X_m = (Z_m + conj Z_{half−m} + conj(i·w^m)·(Z_m − conj Z_{half−m}))/2, times a factor.
static void NAME(line_gather)(ptrdiff_t half, ptrdiff_t count, const void *zv, const void *tv, const void *fv,
                              void *xv) {
  const REAL *z = zv, *t = tv, *f = fv;
  REAL *x = xv;
  if (count <= 0) return;
  const REAL sum = z[0] + z[1];
  x[0] = f ? sum * f[0] : sum;
  x[1] = f ? sum * f[1] : 0;
  ptrdiff_t m = 1;
  for (; m + PAIRS <= count; m += PAIRS) {
    const vec a = READ(z + 2 * m), b = BACKWARDS(CONJUGATE(READ(z + 2 * (half - m - PAIRS + 1))));
    const vec value = (a + b + NAME(product)(CONJUGATE(READ(t + 2 * m)), a - b)) * (REAL)0.5;
    WRITE(x + 2 * m, f ? NAME(product)(READ(f + 2 * m), value) : value);
  }
  for (; m < count; m++) {
    const REAL *a = z + 2 * m, *b = z + 2 * (half - m), *s = t + 2 * m;
    const REAL dr = a[0] - b[0], di = a[1] + b[1];
    const REAL re = (REAL)0.5 * (a[0] + b[0] + s[0] * dr + s[1] * di);
    const REAL im = (REAL)0.5 * (a[1] - b[1] + s[0] * di - s[1] * dr);
    x[2 * m] = f ? f[2 * m] * re - f[2 * m + 1] * im : re;
    x[2 * m + 1] = f ? f[2 * m] * im + f[2 * m + 1] * re : im;
  }
}

static void NAME(quartic)(ptrdiff_t n, int degree, const void *cv, void *xv) {
  const REAL *c = cv;
  REAL *x = xv;
  ptrdiff_t i = 0;
  if (degree <= 2) {
    for (; i + VL <= n; i += VL) WRITE(x + i, FMA(FMA(READ(x + i), (vec)c[2], (vec)c[1]), READ(x + i), (vec)c[0]));
    for (; i < n; i++) x[i] = (c[2] * x[i] + c[1]) * x[i] + c[0];
    return;
  }
  for (; i + VL <= n; i += VL) {
    const vec u = READ(x + i);
    WRITE(x + i, FMA(FMA(FMA(FMA(u, (vec)c[4], (vec)c[3]), u, (vec)c[2]), u, (vec)c[1]), u, (vec)c[0]));
  }
  for (; i < n; i++) x[i] = (((c[4] * x[i] + c[3]) * x[i] + c[2]) * x[i] + c[1]) * x[i] + c[0];
}

static void NAME(complex_square)(ptrdiff_t n, void *zv) {
  REAL *z = zv;
  ptrdiff_t k = 0;
  for (; k + PAIRS <= n; k += PAIRS) WRITE(z + 2 * k, NAME(product)(READ(z + 2 * k), READ(z + 2 * k)));
  for (; k < n; k++) {
    const REAL u = z[2 * k], v = z[2 * k + 1];
    z[2 * k] = u * u - v * v;
    z[2 * k + 1] = 2 * (u * v);
  }
}

// first, first, first + 1, first + 1, …: the second wavenumber of both parts of PAIRS modes.
INLINE vec NAME(wavenumbers)(ptrdiff_t first) {
  vec k = (vec)(REAL)first;
  for (int i = 2; i < VL; i++) k[i] += (REAL)(i / 2);
  return k;
}

static void NAME(vorticity_velocity)(ptrdiff_t first, ptrdiff_t count, double k1, const void *wv, const void *iv,
                                     void *hv, void *mv) {
  const REAL *w = wv, *inverse = iv, row = (REAL)k1;
  REAL *here = hv, *mirror = mv;
  ptrdiff_t j = 0;
  vec k = NAME(wavenumbers)(first);
  for (; j + PAIRS <= count; j += PAIRS, k += (REAL)PAIRS) {
    const vec v = READ(w + 2 * j) * SPREAD(inverse + j);
    const vec along = v * row, across = FLIP(v * k) * SIGNS(-1, 1);
    WRITE(here + 2 * j, along + across);
    WRITE(mirror + 2 * (count - j - PAIRS), BACKWARDS((along - across) * SIGNS(-1, 1)));
  }
  for (; j < count; j++) {
    const REAL re = w[2 * j] * inverse[j], im = w[2 * j + 1] * inverse[j], k2 = (REAL)(first + j);
    here[2 * j] = row * re - k2 * im;
    here[2 * j + 1] = row * im + k2 * re;
    mirror[2 * (count - 1 - j)] = -row * re - k2 * im;
    mirror[2 * (count - 1 - j) + 1] = row * im - k2 * re;
  }
}

static void NAME(vorticity_advection)(ptrdiff_t first, ptrdiff_t count, double k1, double scale, const void *hv,
                                      const void *mv, void *ov) {
  const REAL *here = hv, *mirror = mv, row = (REAL)k1, c = (REAL)scale;
  REAL *out = ov;
  ptrdiff_t j = 0;
  vec k = NAME(wavenumbers)(first);
  for (; j + PAIRS <= count; j += PAIRS, k += (REAL)PAIRS) {
    const vec a = READ(here + 2 * j), b = BACKWARDS(READ(mirror + 2 * (count - j - PAIRS)));
    const vec sum = a + b, difference = b - a;
    const vec p = (row * row - k * k) * c, q = k * (2 * c * row) * SIGNS(-1, 1);
    const vec crossed = FLIP(EVERY_OTHER(difference, sum)), straight = EVERY_OTHER(sum, difference);
    WRITE(out + 2 * j, FMA(p, crossed, q * straight));
  }
  for (; j < count; j++) {
    const REAL *a = here + 2 * j, *b = mirror + 2 * (count - 1 - j), k2 = (REAL)(first + j);
    const REAL p = c * (row * row - k2 * k2), q = 2 * c * row * k2;
    out[2 * j] = p * (a[1] + b[1]) - q * (a[0] + b[0]);
    out[2 * j + 1] = p * (b[0] - a[0]) + q * (b[1] - a[1]);
  }
}

#undef RE
#undef IM
#undef FLIP
#undef BACKWARDS
#undef EVERY_OTHER
#undef SIGNS
#undef SPREAD
#undef SPREAD_ORDER
#undef CONJUGATE
#undef READ
#undef WRITE
#undef PAIRS
