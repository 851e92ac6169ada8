#include "common.h"
#if defined(__x86_64__)
#define REAL float
#define ELEMENT_SIZE 4
#define NAME(x) opkit_##x##_avx2_f32
#define VECTOR_BYTES 32
#define MR_MAX 6
#define CR_MAX 5
#define HAS_FMA 1
#define LEVEL_AVX2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "kernels.template.h"
#pragma clang attribute pop
#endif
