// A real line of N rows and its low modes, as products with a part of the arithmetic. Cosines are even and sines odd about
// the line's middle, so sums and differences of rows n and N − n give the real and the imaginary parts, from half the
// rows. Where N is even, waves of even and of odd number differ by their sign about the quarters too: sums and differences
// of rows n and N/2 − n of those give the even and the odd modes, from a quarter of the rows. A row that is its own image
// counts once.

// Rows that are asked for before they are used: the same ones of the next line after a short one, of a long one those
// that come some rows later, forward for front rows and backward for their images.
#define AHEAD_LINE 8192
#define AHEAD_LINE_ROWS 8
INLINE ptrdiff_t NAME(front_ahead)(ptrdiff_t points, ptrdiff_t c) {
  return points * c <= AHEAD_LINE ? points * c : AHEAD_LINE_ROWS * c;
}
INLINE ptrdiff_t NAME(image_ahead)(ptrdiff_t points, ptrdiff_t c) {
  return points * c <= AHEAD_LINE ? points * c : -AHEAD_LINE_ROWS * c;
}

// Rows first ≤ n < last, halved (cosine and sine parts) or quartered (those of even, then those of odd modes).
static void NAME(fold)(ptrdiff_t points, ptrdiff_t c, int quarters, ptrdiff_t first, ptrdiff_t last, const void *xv,
                       void *partsv) {
  const REAL *x = xv;
  const ptrdiff_t size = (last - first) * c, half = points / 2;
  const ptrdiff_t forward = NAME(front_ahead)(points, c), backward = NAME(image_ahead)(points, c);
  REAL *cosine = partsv, *sine = cosine + size, *odd_cosine = sine + size, *odd_sine = odd_cosine + size;
  for (ptrdiff_t n = first; n < last; n++, cosine += c, sine += c, odd_cosine += c, odd_sine += c) {
    const REAL *f = x + n * c, *b = x + (points - n) * c, *g = x + (half - n) * c, *h = x + (half + n) * c;
    if (n == 0 && quarters)
      for (ptrdiff_t j = 0; j < c; j++) {
        cosine[j] = f[j] + g[j], odd_cosine[j] = f[j] - g[j];
        sine[j] = odd_sine[j] = 0;
      }
    else if (n == 0 || 2 * n == points)
      for (ptrdiff_t j = 0; j < c; j++) cosine[j] = f[j], sine[j] = 0;
    else if (!quarters)
      FOR_VECTORS(c, {
        __builtin_prefetch(f + i + forward, 0);
        __builtin_prefetch(b + i + backward, 0);
        const vec p = AT(f), q = AT(b);
        PUT(cosine, p + q);
        PUT(sine, p - q);
      })
    else if (4 * n == points)
      for (ptrdiff_t j = 0; j < c; j++) {
        cosine[j] = f[j] + b[j], odd_sine[j] = f[j] - b[j];
        sine[j] = odd_cosine[j] = 0;
      }
    else
      FOR_VECTORS(c, {
        __builtin_prefetch(f + i + forward, 0);
        __builtin_prefetch(b + i + backward, 0);
        __builtin_prefetch(h + i + forward, 0);
        __builtin_prefetch(g + i + backward, 0);
        const vec p = AT(f), q = AT(b), r = AT(g), t = AT(h);
        const vec even = p + q, odd = p - q, even_image = r + t, odd_image = r - t;
        PUT(cosine, even + even_image);
        PUT(odd_cosine, even - even_image);
        PUT(sine, odd - odd_image);
        PUT(odd_sine, odd + odd_image);
      })
  }
}

static void NAME(butterfly)(ptrdiff_t points, ptrdiff_t c, void *xv) {
  REAL *x = xv;
  for (ptrdiff_t n = 1; 2 * n < points; n++) {
    REAL *f = x + n * c, *b = x + (points - n) * c;
    FOR_VECTORS(c, {
      const vec p = AT(f), q = AT(b);
      PUT(f, p + q);
      PUT(b, p - q);
    })
  }
}

// The way back, from modes to rows: the sums over the modes, of some rows at a time, and their sums and differences stay
// in registers, which so many of a row's vectors fill: one of a quartered line has four sums, one of a halved line two.
#if MR_MAX >= 14
#define QUARTERS_TOGETHER 6
#else
#define QUARTERS_TOGETHER 3
#endif
#define MIRROR_ROWS (2 * QUARTERS_TOGETHER)
#define MIRROR_VECTORS 3
#define LOAD_AT(p, full) ((full) ? *(const vecu *)(p) : NAME(load_part)((p), tail))
#define SYNTHESIS_PARAMETERS                                                                                   \
  ptrdiff_t tail, ptrdiff_t points, ptrdiff_t c, ptrdiff_t first, ptrdiff_t last, ptrdiff_t count,              \
      const REAL *cosine, const REAL *sine, ptrdiff_t stride, const REAL *modes, REAL *x, int init, const REAL *bias

// x[row] = start + even + odd and x[image] = start + even − odd, of one vector, where start may be x itself; a row that is
// its own image has no odd part.
INLINE void NAME(store_images)(REAL *x, ptrdiff_t c, ptrdiff_t row, ptrdiff_t image, vec even, vec odd, const int full,
                               ptrdiff_t tail, int accumulate, vec start) {
  REAL *front = x + row * c, *back = x + image * c;
  const vec f = (accumulate ? LOAD_AT(front, full) : start) + (even + odd);
  const vec b = (accumulate ? LOAD_AT(back, full) : start) + (even - odd);
  if (full) *(vecu *)front = f;
  else NAME(store_part)(front, f, tail);
  if (row == image) return;
  if (full) *(vecu *)back = b;
  else NAME(store_part)(back, b, tail);
}

// Adds one mode to R rows × NV vectors.
INLINE void NAME(add_mode)(const int R, const int NV, const int whole, ptrdiff_t tail, ptrdiff_t c, const REAL *cosine,
                           const REAL *sine, const REAL *mode, vec even[MIRROR_ROWS][MIRROR_VECTORS],
                           vec odd[MIRROR_ROWS][MIRROR_VECTORS]) {
  vec part[MIRROR_VECTORS];
  UNROLL for (int j = 0; j < NV; j++) part[j] = LOAD_AT(mode + j * VL, whole);
  UNROLL for (int r = 0; r < R; r++) {
    const vec cos = (vec)cosine[r];
    UNROLL for (int j = 0; j < NV; j++) even[r][j] = FMA(cos, part[j], even[r][j]);
  }
  UNROLL for (int j = 0; j < NV; j++) part[j] = LOAD_AT(mode + c + j * VL, whole);
  UNROLL for (int r = 0; r < R; r++) {
    const vec sin = (vec)sine[r];
    UNROLL for (int j = 0; j < NV; j++) odd[r][j] = FMA(sin, part[j], odd[r][j]);
  }
}

// Rows n … n + R − 1 and their images × NV vectors of columns, from `count` modes: two sums for a row of a halved line,
// four for one of a quartered line.
INLINE void NAME(synthesis_tile)(const int R, const int NV, const int whole, const int quarters, ptrdiff_t tail,
                                 ptrdiff_t points, ptrdiff_t c, ptrdiff_t n, ptrdiff_t count, const REAL *cosine,
                                 const REAL *sine, ptrdiff_t stride, const REAL *modes, REAL *x, int accumulate,
                                 const vec *start) {
  const int classes = quarters ? 2 : 1;
  vec e[2][MIRROR_ROWS][MIRROR_VECTORS], o[2][MIRROR_ROWS][MIRROR_VECTORS];
  UNROLL for (int p = 0; p < classes; p++) {
    UNROLL for (int r = 0; r < R; r++) {
      UNROLL for (int j = 0; j < NV; j++) e[p][r][j] = o[p][r][j] = (vec)(REAL)0;
    }
  }
  const ptrdiff_t half = points / 2, forward = NAME(front_ahead)(points, c), backward = NAME(image_ahead)(points, c);
  UNROLL for (int r = 0; r < R; r++) {
    const ptrdiff_t row = n + r, image = row == 0 ? 0 : points - row;
    UNROLL for (int j = 0; j < NV * VL; j += LINE) {
      __builtin_prefetch(x + j + row * c + forward, 1);
      __builtin_prefetch(x + j + image * c + backward, 1);
      if (quarters) {
        __builtin_prefetch(x + j + (half + row) * c + forward, 1);
        __builtin_prefetch(x + j + (half - row) * c + backward, 1);
      }
    }
  }
  ptrdiff_t k = 0;
  for (; k + classes <= count; k += classes) {
    UNROLL for (int p = 0; p < classes; p++) {
      NAME(add_mode)(R, NV, whole, tail, c, cosine, sine, modes, e[p], o[p]);
      modes += 2 * c, cosine += stride, sine += stride;
    }
  }
  if (k < count) NAME(add_mode)(R, NV, whole, tail, c, cosine, sine, modes, e[0], o[0]);
  UNROLL for (int r = 0; r < R; r++) {
    const ptrdiff_t row = n + r, image = row == 0 ? 0 : points - row;
    UNROLL for (int j = 0; j < NV; j++) {
      REAL *to = x + j * VL;
      const vec even = quarters ? e[0][r][j] + e[1][r][j] : e[0][r][j];
      const vec odd = quarters ? o[0][r][j] + o[1][r][j] : o[0][r][j];
      NAME(store_images)(to, c, row, image, even, odd, whole, tail, accumulate, start[j]);
      if (quarters && 4 * row != points)
        NAME(store_images)(to, c, half - row, half + row, e[0][r][j] - e[1][r][j], o[1][r][j] - o[0][r][j], whole, tail,
                           accumulate, start[j]);
    }
  }
}

// All rows of a panel of NV vectors, the last of which is a part where there is a tail. The loop is in here because a call
// for every few rows took a fifth of the time.
#define SYNTHESIS_ROWS(rows, NV, whole, quarters)                                                                \
  NAME(synthesis_tile)(rows, NV, whole, quarters, tail, points, c, n, count, cosine + n - first, sine + n - first, \
                       stride, modes, x, init == 1, start)
#define SYNTHESIS(name, NV, whole, quarters)                                                                 \
  static void NAME(synthesis_##name)(SYNTHESIS_PARAMETERS) {                                                 \
    const int most = (quarters ? 1 : 2) * QUARTERS_TOGETHER / NV;                                            \
    vec start[MIRROR_VECTORS];                                                                               \
    UNROLL for (int j = 0; j < NV; j++) start[j] = init == 2 ? LOAD_AT(bias + j * VL, whole) : (vec)(REAL)0; \
    ptrdiff_t n = first;                                                                                     \
    for (; n + most <= last; n += most) SYNTHESIS_ROWS(most, NV, whole, quarters);                           \
    for (; n < last; n++) SYNTHESIS_ROWS(1, NV, whole, quarters);                                            \
  }
SYNTHESIS(halves_part, 1, 0, 0)
SYNTHESIS(halves_1, 1, 1, 0)
SYNTHESIS(halves_2, 2, 1, 0)
SYNTHESIS(quarters_part, 1, 0, 1)
SYNTHESIS(quarters_1, 1, 1, 1)
SYNTHESIS(quarters_2, 2, 1, 1)
SYNTHESIS(quarters_3, 3, 1, 1)
// By whole vectors of a panel.
static void (*const NAME(synthesis_halves)[])(SYNTHESIS_PARAMETERS) = {
    NAME(synthesis_halves_part), NAME(synthesis_halves_1), NAME(synthesis_halves_2)};
static void (*const NAME(synthesis_quarters)[])(SYNTHESIS_PARAMETERS) = {
    NAME(synthesis_quarters_part), NAME(synthesis_quarters_1), NAME(synthesis_quarters_2), NAME(synthesis_quarters_3)};

static void NAME(mirrored_synthesis)(ptrdiff_t points, ptrdiff_t c, int quarters, ptrdiff_t first, ptrdiff_t last,
                                     ptrdiff_t count, const void *cosinev, const void *sinev, ptrdiff_t stride,
                                     const void *modesv, void *xv, int init, const void *biasv) {
  const REAL *cosine = cosinev, *sine = sinev, *modes = modesv, *bias = biasv;
  REAL *x = xv;
  const Tiles panels = cut_tiles(c / VL, quarters ? 3 : 2);
  const ptrdiff_t count_of_panels = panels.count + (c % VL > 0);
  for (ptrdiff_t p = 0, j = 0; p < count_of_panels; p++) {
    const ptrdiff_t vectors = p < panels.count ? tile_size(panels, p) : 0;
    (quarters ? NAME(synthesis_quarters) : NAME(synthesis_halves))[vectors](
        c - j, points, c, first, last, count, cosine, sine, stride, modes + j, x + j, init, bias ? bias + j : bias);
    j += vectors * VL;
  }
}
