// What every kernel file needs before it fixes its instruction set.
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "opkit_kernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A count cut into the fewest nearly equal tiles of at most `most`, the larger ones first.
typedef struct {
  ptrdiff_t count, least, larger;
} Tiles;
static inline Tiles cut_tiles(ptrdiff_t count, ptrdiff_t most) {
  const ptrdiff_t tiles = (count + most - 1) / most;
  return (Tiles){tiles, tiles > 0 ? count / tiles : 0, tiles > 0 ? count % tiles : 0};
}
static inline ptrdiff_t tile_size(Tiles tiles, ptrdiff_t index) { return tiles.least + (index < tiles.larger); }

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
