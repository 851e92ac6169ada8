#include "opkit_kernels.h"
