#!/usr/bin/env bash
# Runs the verification of the solvers and prints every figure beside its bar; fails if one is missed. The whole output
# is kept in .build/verify-solvers.log. Third-party solutions are compared where they lie (OPKIT_VERIFICATION_DATA).
set -uo pipefail
cd "$(dirname "$0")/.."
log=.build/verify-solvers.log
mkdir -p .build
# Built by 'swift build', as 'make test' does: 'swift test' alone would build everything a second time with other flags.
swift build -c release --build-tests >"$log" 2>&1 &&
  swift test -c release --skip-build --filter SolversTests >"$log" 2>&1
status=$?
sed -n -e 's/^bar: //p' -e '/^skipped: /p' "$log" | sort
if [ "$status" -ne 0 ]; then
  grep -E 'recorded an issue|error:' "$log"
  echo "a bar is missed; see $log" >&2
fi
exit "$status"
