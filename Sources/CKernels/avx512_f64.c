#include "common.h"
#if defined(__x86_64__)
#define REAL double
#define ELEMENT_SIZE 8
#define NAME(x) opkit_##x##_avx512_f64
#define VECTOR_BYTES 64
#define MR_MAX 14
#define CR_MAX 5
#define HAS_FMA 1
#define LEVEL_AVX512
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#include "kernels.template.h"
#pragma clang attribute pop
#endif
