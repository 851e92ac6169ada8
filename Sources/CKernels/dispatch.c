// Chooses the kernel table at run time, so that one binary serves a cluster's login and compute nodes.
#include "opkit_kernels.h"

extern const OpkitKernels opkit_table_portable_f32, opkit_table_portable_f64;
#if defined(__x86_64__)
extern const OpkitKernels opkit_table_avx2_f32, opkit_table_avx2_f64;
extern const OpkitKernels opkit_table_avx512_f32, opkit_table_avx512_f64;
#endif

int opkit_best_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return OPKIT_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return OPKIT_AVX2;
#endif
  return OPKIT_PORTABLE;
}

const OpkitKernels *opkit_kernels(int level, int element_size) {
  const int is_double = element_size == 8;
#if defined(__x86_64__)
  if (level == OPKIT_AVX512) return is_double ? &opkit_table_avx512_f64 : &opkit_table_avx512_f32;
  if (level == OPKIT_AVX2) return is_double ? &opkit_table_avx2_f64 : &opkit_table_avx2_f32;
#endif
  (void)level;
  return is_double ? &opkit_table_portable_f64 : &opkit_table_portable_f32;
}
