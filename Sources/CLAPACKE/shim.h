// LAPACKE's default complex type is C99 _Complex, which Swift does not import; plain structs it does.
#define LAPACK_COMPLEX_STRUCTURE
#include <lapacke.h>
