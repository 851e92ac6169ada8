// The linear maps of Winograd's minimal algorithm F(2 × 2, 3 × 3) for convolutions of stride 1: y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ d B)]A
// per block of 2 × 2 results, 4 × 4 points d and pair of channels. Sixteen products take the place of 4·9. The adjoint in w
// is Gᵀ[(A g Aᵀ) ⊙ (Bᵀ d B)]G. Included by kernels.template.h after convolution.template.h.
//
//        1  0 -1  0         1   0   0          1  1  1  0
//   Bᵀ = 0  1  1  0     G = ½   ½   ½     Aᵀ = 0  1 -1 -1
//        0 -1  1  0         ½  -½   ½
//        0  1  0 -1         0   0   1

// t = Bᵀ d
INLINE void NAME(winograd_b)(const vec d[4], vec t[4]) {
  t[0] = d[0] - d[2];
  t[1] = d[1] + d[2];
  t[2] = d[2] - d[1];
  t[3] = d[1] - d[3];
}

// t = A g
INLINE void NAME(winograd_a)(const vec g[2], vec t[4]) {
  t[0] = g[0];
  t[1] = g[0] + g[1];
  t[2] = g[0] - g[1];
  t[3] = -g[1];
}

static void NAME(winograd_input)(ptrdiff_t blocks, ptrdiff_t c, const void *xv, ptrdiff_t x_line, void *tv,
                                 ptrdiff_t entry) {
  for (ptrdiff_t block = 0; block < blocks; block++) {
    const REAL *x = (const REAL *)xv + 2 * block * c;
    REAL *t = (REAL *)tv + block * c;
    FOR_VECTORS(c, {
      vec half[4][4];
      UNROLL for (int s = 0; s < 4; s++) {
        vec d[4], column[4];
        UNROLL for (int r = 0; r < 4; r++) d[r] = AT(x + r * x_line + s * c);
        NAME(winograd_b)(d, column);
        UNROLL for (int r = 0; r < 4; r++) half[r][s] = column[r];
      }
      UNROLL for (int r = 0; r < 4; r++) {
        vec row[4];
        NAME(winograd_b)(half[r], row);
        UNROLL for (int s = 0; s < 4; s++) PUT(t + (4 * r + s) * entry, row[s]);
      }
    })
  }
}

static void NAME(winograd_gradient)(ptrdiff_t blocks, ptrdiff_t c, const void *gv, ptrdiff_t g_line, void *tv,
                                    ptrdiff_t entry) {
  for (ptrdiff_t block = 0; block < blocks; block++) {
    const REAL *g = (const REAL *)gv + 2 * block * c;
    REAL *t = (REAL *)tv + block * c;
    FOR_VECTORS(c, {
      vec half[4][2];
      UNROLL for (int s = 0; s < 2; s++) {
        const vec pair[2] = {AT(g + s * c), AT(g + g_line + s * c)};
        vec column[4];
        NAME(winograd_a)(pair, column);
        UNROLL for (int r = 0; r < 4; r++) half[r][s] = column[r];
      }
      UNROLL for (int r = 0; r < 4; r++) {
        vec row[4];
        NAME(winograd_a)(half[r], row);
        UNROLL for (int s = 0; s < 4; s++) PUT(t + (4 * r + s) * entry, row[s]);
      }
    })
  }
}

static void NAME(winograd_output)(ptrdiff_t blocks, ptrdiff_t c, const void *tv, ptrdiff_t entry, void *yv,
                                  ptrdiff_t y_line, int init, const void *biasv) {
  const REAL *bias = biasv;
  for (ptrdiff_t block = 0; block < blocks; block++) {
    const REAL *t = (const REAL *)tv + block * c;
    REAL *y = (REAL *)yv + 2 * block * c;
    FOR_VECTORS(c, {
      vec half[2][4];
      UNROLL for (int s = 0; s < 4; s++) {
        vec p[4];
        UNROLL for (int r = 0; r < 4; r++) p[r] = AT(t + (4 * r + s) * entry);
        half[0][s] = p[0] + p[1] + p[2];
        half[1][s] = p[1] - p[2] - p[3];
      }
      UNROLL for (int r = 0; r < 2; r++) {
        vec v[2];
        v[0] = half[r][0] + half[r][1] + half[r][2];
        v[1] = half[r][1] - half[r][2] - half[r][3];
        UNROLL for (int s = 0; s < 2; s++) {
          REAL *to = y + r * y_line + s * c;
          if (init == 1) v[s] += AT(to);
          if (init == 2) v[s] += AT(bias);
          PUT(to, v[s]);
        }
      }
    })
  }
}

// t = G w for nine taps in 3 × 3 order; flipped about the centre where asked.
static void NAME(winograd_weights)(ptrdiff_t n, int flips, const void *wv, void *tv) {
  const REAL *w = wv;
  REAL *t = tv;
  FOR_VECTORS(n, {
    vec half[4][3];
    UNROLL for (int s = 0; s < 3; s++) {
      vec p[3];
      UNROLL for (int r = 0; r < 3; r++) p[r] = AT(w + (flips ? 8 - 3 * r - s : 3 * r + s) * n);
      const vec ends = (REAL)0.5 * (p[0] + p[2]), middle = (REAL)0.5 * p[1];
      half[0][s] = p[0];
      half[1][s] = ends + middle;
      half[2][s] = ends - middle;
      half[3][s] = p[2];
    }
    UNROLL for (int r = 0; r < 4; r++) {
      const vec ends = (REAL)0.5 * (half[r][0] + half[r][2]), middle = (REAL)0.5 * half[r][1];
      PUT(t + (4 * r + 0) * n, half[r][0]);
      PUT(t + (4 * r + 1) * n, ends + middle);
      PUT(t + (4 * r + 2) * n, ends - middle);
      PUT(t + (4 * r + 3) * n, half[r][2]);
    }
  })
}

// dw += Gᵀ t G
static void NAME(winograd_weights_adjoint)(ptrdiff_t n, const void *tv, void *dwv) {
  const REAL *t = tv;
  REAL *dw = dwv;
  FOR_VECTORS(n, {
    vec half[3][4];
    UNROLL for (int s = 0; s < 4; s++) {
      vec p[4];
      UNROLL for (int r = 0; r < 4; r++) p[r] = AT(t + (4 * r + s) * n);
      const vec sum = (REAL)0.5 * (p[1] + p[2]);
      half[0][s] = p[0] + sum;
      half[1][s] = (REAL)0.5 * (p[1] - p[2]);
      half[2][s] = sum + p[3];
    }
    UNROLL for (int r = 0; r < 3; r++) {
      const vec sum = (REAL)0.5 * (half[r][1] + half[r][2]);
      const vec taps[3] = {half[r][0] + sum, (REAL)0.5 * (half[r][1] - half[r][2]), sum + half[r][3]};
      UNROLL for (int s = 0; s < 3; s++) PUT(dw + (3 * r + s) * n, AT(dw + (3 * r + s) * n) + taps[s]);
    }
  })
}
