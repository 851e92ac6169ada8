// A real line of N rows and its low modes, as products with half the arithmetic: cosines are even and sines odd about
// the line's middle, so e = x[n] + x[N − n] gives the real parts and o = x[n] − x[N − n] the imaginary ones. A row that
// is its own image (n = 0, n = N/2) counts once and has no sine.

// Sums and differences of the rows first ≤ n < last and their images.
static void NAME(fold)(ptrdiff_t points, ptrdiff_t c, ptrdiff_t first, ptrdiff_t last, const void *xv, void *ev,
                       void *ov) {
  const REAL *x = xv;
  REAL *even = ev, *odd = ov;
  for (ptrdiff_t n = first; n < last; n++, even += c, odd += c) {
    const REAL *f = x + n * c, *b = x + (points - n) * c;
    if (n == 0 || 2 * n == points)
      for (ptrdiff_t j = 0; j < c; j++) even[j] = f[j], odd[j] = 0;
    else
      FOR_VECTORS(c, {
        const vec p = AT(f), q = AT(b);
        PUT(even, p + q);
        PUT(odd, p - q);
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

// The way back, from modes to rows: even and odd sums over the modes, of some rows at a time, and their sum and difference
// stay in registers.
#if MR_MAX >= 14
#define MIRROR_ROWS 6
#else
#define MIRROR_ROWS 3
#endif
#define LOAD_AT(p, j) ((whole || (j) + 1 < NV) ? *(const vecu *)((p) + (j) * VL) : NAME(load_part)((p) + (j) * VL, tail))
#define SYNTHESIS_PARAMETERS                                                                                 \
  ptrdiff_t tail, ptrdiff_t points, ptrdiff_t c, ptrdiff_t n, ptrdiff_t count, const REAL *cosine,            \
      const REAL *sine, ptrdiff_t stride, const REAL *modes, REAL *x, int init, const REAL *bias
#define SYNTHESIS_ARGUMENTS tail, points, c, n, count, cosine, sine, stride, modes, x, init, bias

// R rows and their images × NV vectors of columns, from `count` modes.
INLINE void NAME(synthesis_tile)(const int R, const int NV, const int whole, SYNTHESIS_PARAMETERS) {
  vec e[MIRROR_ROWS][2], o[MIRROR_ROWS][2];
  UNROLL for (int r = 0; r < R; r++) {
    UNROLL for (int j = 0; j < NV; j++) e[r][j] = o[r][j] = (vec)(REAL)0;
  }
  for (ptrdiff_t k = 0; k < count; k++, modes += 2 * c, cosine += stride, sine += stride) {
    vec part[2];
    UNROLL for (int j = 0; j < NV; j++) part[j] = LOAD_AT(modes, j);
    UNROLL for (int r = 0; r < R; r++) {
      const vec cos = (vec)cosine[r];
      UNROLL for (int j = 0; j < NV; j++) e[r][j] = FMA(cos, part[j], e[r][j]);
    }
    UNROLL for (int j = 0; j < NV; j++) part[j] = LOAD_AT(modes + c, j);
    UNROLL for (int r = 0; r < R; r++) {
      const vec sin = (vec)sine[r];
      UNROLL for (int j = 0; j < NV; j++) o[r][j] = FMA(sin, part[j], o[r][j]);
    }
  }
  UNROLL for (int r = 0; r < R; r++) {
    const ptrdiff_t row = n + r;
    const int alone = row == 0 || 2 * row == points;
    UNROLL for (int j = 0; j < NV; j++) {
      REAL *front = x + row * c + j * VL, *back = x + (alone ? row : points - row) * c + j * VL;
      const int full = whole || j + 1 < NV;
      vec f = (vec)(REAL)0, b = f;
      if (init != 0) {
        const REAL *from_front = init == 1 ? front : bias + j * VL, *from_back = init == 1 ? back : bias + j * VL;
        f = full ? *(const vecu *)from_front : NAME(load_part)(from_front, tail);
        b = full ? *(const vecu *)from_back : NAME(load_part)(from_back, tail);
      }
      f += alone ? e[r][j] : e[r][j] + o[r][j];
      b += e[r][j] - o[r][j];
      if (full) {
        if (!alone) *(vecu *)back = b;
        *(vecu *)front = f;
      } else {
        if (!alone) NAME(store_part)(back, b, tail);
        NAME(store_part)(front, f, tail);
      }
    }
  }
}

#define SYNTHESIS(r)                                                                                              \
  static void NAME(synthesis_##r)(SYNTHESIS_PARAMETERS) { NAME(synthesis_tile)(r, 2, 1, SYNTHESIS_ARGUMENTS); }   \
  static void NAME(synthesis_##r##n)(SYNTHESIS_PARAMETERS) { NAME(synthesis_tile)(r, 1, 1, SYNTHESIS_ARGUMENTS); }  \
  static void NAME(synthesis_##r##t)(SYNTHESIS_PARAMETERS) { NAME(synthesis_tile)(r, 1, 0, SYNTHESIS_ARGUMENTS); }
#define SYNTHESIS_TILES(r) {NAME(synthesis_##r), NAME(synthesis_##r##n), NAME(synthesis_##r##t)},
#define UP_TO_3(F) F(1) F(2) F(3)
#if MIRROR_ROWS == 6
UP_TO_6(SYNTHESIS)
static void (*const NAME(synthesis_tiles)[MIRROR_ROWS][3])(SYNTHESIS_PARAMETERS) = {UP_TO_6(SYNTHESIS_TILES)};
#else
UP_TO_3(SYNTHESIS)
static void (*const NAME(synthesis_tiles)[MIRROR_ROWS][3])(SYNTHESIS_PARAMETERS) = {UP_TO_3(SYNTHESIS_TILES)};
#endif

static void NAME(mirrored_synthesis)(ptrdiff_t points, ptrdiff_t c, ptrdiff_t first, ptrdiff_t last, ptrdiff_t count,
                                     const void *cosinev, const void *sinev, ptrdiff_t stride, const void *modesv,
                                     void *xv, int init, const void *biasv) {
  const REAL *cosine = cosinev, *sine = sinev, *modes = modesv, *bias = biasv;
  REAL *x = xv;
  const ptrdiff_t rows = last - first, tiles = (rows + MIRROR_ROWS - 1) / MIRROR_ROWS;
  for (ptrdiff_t j = 0; j < c;) {
    // Two vectors, one, or a part of one.
    const int kind = c - j >= 2 * VL ? 0 : c - j >= VL ? 1 : 2;
    const ptrdiff_t columns = kind == 0 ? 2 * VL : kind == 1 ? VL : c - j;
    for (ptrdiff_t t = 0, n = 0; t < tiles; t++) {
      const ptrdiff_t end = rows * (t + 1) / tiles;
      NAME(synthesis_tiles)[end - n - 1][kind](columns, points, c, first + n, count, cosine + n, sine + n, stride,
                                                modes + j, x + j, init, bias ? bias + j : bias);
      n = end;
    }
    j += columns;
  }
}
