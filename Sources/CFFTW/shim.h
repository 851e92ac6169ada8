// FFTW 3, in double and in single precision. <complex.h> is not included before <fftw3.h>, so that fftw_complex is
// double[2] and pointers to interleaved (re, im) pairs can be passed from Swift.
#include <fftw3.h>

/// The library's own name and version, such as `fftw-3.3.10-sse2-avx`; Swift does not import the array.
static inline const char *opkit_fftw_version(void) { return fftw_version; }
