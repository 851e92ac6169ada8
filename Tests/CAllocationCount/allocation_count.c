#include "allocation_count.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static _Thread_local long count;
static _Thread_local int is_counting;

void allocation_count_begin(void) {
  count = 0;
  is_counting = 1;
}

long allocation_count_end(void) {
  is_counting = 0;
  return count;
}

#if defined(__GLIBC__)
int allocation_count_is_available(void) { return 1; }

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
  count += is_counting;
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count += is_counting;
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  count += is_counting;
  return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count += is_counting;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  count += is_counting;
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : ENOMEM;
}
#else
int allocation_count_is_available(void) { return 0; }
#endif
