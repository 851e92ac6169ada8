#include "common.h"
#define REAL double
#define ELEMENT_SIZE 8
#define NAME(x) opkit_##x##_portable_f64
#define VECTOR_BYTES 16
#define MR_MAX 6
#define CR_MAX 4
#if defined(__aarch64__)
#define HAS_FMA 1
#else
#define HAS_FMA 0
#endif
#include "kernels.template.h"
