// FFTW 3, double precision. <complex.h> is not included before <fftw3.h>, so that fftw_complex is
// double[2] and pointers to interleaved (re, im) pairs can be passed from Swift.
#include <fftw3.h>
