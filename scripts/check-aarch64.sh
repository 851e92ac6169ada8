#!/usr/bin/env bash
# Compiles the kernels for aarch64 and runs two of them under emulation. The rest of the project is Swift without
# a word about processors. Needs Debian's libc6-dev-arm64-cross, gcc-aarch64-linux-gnu and qemu-user.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
compiler="$(dirname "$(readlink -f "$(command -v swift)")")/clang"
for file in Sources/CKernels/*.c; do
  "$compiler" --target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include -O2 -std=c17 -Wall -Wextra -Werror \
    -ISources/CKernels/include -c "$file" -o "$work/$(basename "$file" .c).o"
done
cat > "$work/check.c" <<'C'
#include <math.h>
#include <stdio.h>
#include "opkit_kernels.h"
int main(void) {
  const OpkitKernels *kernels = opkit_kernels(opkit_best_level(), 8);
  double a[35], b[15], c[21], z[9], h[9], worst = 0;
  for (int i = 0; i < 35; i++) a[i] = 0.1 * i;
  for (int i = 0; i < 15; i++) b[i] = i - 0.5 * i * i;
  kernels->gemm(7, 3, 5, a, 5, 1, b, 3, c, 3, 0, 0, 0);
  for (int i = 0; i < 7; i++)
    for (int j = 0; j < 3; j++) {
      double sum = 0;
      for (int l = 0; l < 5; l++) sum += a[i * 5 + l] * b[l * 3 + j];
      worst = fmax(worst, fabs(sum - c[i * 3 + j]) / 100);
    }
  for (int i = 0; i < 9; i++) z[i] = i - 4;
  kernels->activate(OPKIT_GELU, 9, z, h);
  for (int i = 0; i < 9; i++) worst = fmax(worst, fabs(h[i] - z[i] * 0.5 * erfc(-z[i] / sqrt(2))));
  printf("aarch64 kernels: largest error %.1e\n", worst);
  return worst > 1e-14;
}
C
aarch64-linux-gnu-gcc -O1 -std=gnu17 -ISources/CKernels/include "$work/check.c" "$work"/*.o -lm -o "$work/check"
qemu-aarch64 -L /usr/aarch64-linux-gnu "$work/check"
