#include <cblas.h>

// Not in any header, and absent where OpenBLAS was built without threads.
extern int blas_thread_shutdown_(void) __attribute__((weak));

/// Ends the threads that OpenBLAS starts when it is loaded, which spin for a tenth of a second before they sleep.
static inline void opkit_stop_openblas_threads(void) {
  if (blas_thread_shutdown_) blas_thread_shutdown_();
}
