#!/usr/bin/env bash
# Speed of the solvers: single evaluations and steps beside the transforms that they need, then whole jobs, each from a
# part of its samples. Files are written to .build and removed.
set -euo pipefail
cd "$(dirname "$0")/../.."
file=.build/bench-solvers.h5
trap 'rm -f "$file"' EXIT
.build/release/SolverBench

# job CONFIG THREADS SETTING...: prints what `opkit generate` says and leaves the seconds in $seconds.
job() {
  local config=$1 threads=$2 settings=()
  shift 2
  for setting in "$@"; do settings+=(--set "$setting"); done
  local text
  text=$(.build/release/opkit generate "configs/generate/$config.json" "${settings[@]}" --threads "$threads" -o "$file" \
    --force 2>.build/bench-solvers.log) || { cat .build/bench-solvers.log >&2; exit 1; }
  seconds=$(awk '$1 == "seconds" {print $2}' <<<"$text")
  awk '$1 ~ /Error|residual|steps|workingPoints|iterations/ {print "    " $0}' <<<"$text"
}
# report NAME SAMPLES OF BAR: the whole job's time from the last one.
report() { awk -v n="$1" -v k="$2" -v all="$3" -v bar="$4" -v s="$seconds" \
  'BEGIN {t = s * all / k; printf "%-46s %9.1f s for %d, so %8.0f s for %d; bar %s\n", n, s, k, t, all, bar}'; }

echo
job navier-stokes 2 samples=8 problem.accuracy.timeTolerance=1e-4
report "Navier-Stokes, ν = 1e-3, t = 50, error ≤ 1e-4" 8 1000 "9000 s"
job darcy 2 samples=64 problem.points=421 problem.tolerance=5e-9
report "Darcy 421², energy error ≤ 1e-8" 64 2048 "240 s"
job burgers 2 samples=128 problem.points=8192
report "Burgers, 8192 points" 128 2048 "120 s"
# All modes of a 128² grid, so the cubic term is formed on 256² points.
for regime in spots; do
  job gray-scott 1 samples=1 problem.regime=$regime problem.finalTime=10000 problem.snapshots=101 problem.workingPoints=256
  report "Gray-Scott $regime, 10,000 time units, 128²" 1 1 "12 s"
done

# One worker, two workers, and two programs of one worker side by side, in turn. Cores of a shared machine swing by a third
# within seconds and each on its own, so beside the median of the ratios stands the ratio of the least times, which are
# those that nothing disturbed. Two programs share nothing: they say what the machine has to give to a second worker.
flow=(navier-stokes 1 samples=192 problem.accuracy.timeTolerance=1e-4 problem.finalTime=10 problem.snapshots=10)
times=.build/bench-solvers.times
: >"$times"
for _ in {1..15}; do
  job "${flow[@]}" >/dev/null
  one=$seconds
  job "${flow[@]/#1/2}" >/dev/null
  two=$seconds
  (file=.build/bench-solvers-twin.h5; job "${flow[@]}" >/dev/null; rm -f "$file"; echo "$seconds" >.build/bench-solvers.twin) &
  job "${flow[@]}" >/dev/null
  wait $!
  # The slower of the two ends the pair.
  awk -v a="$one" -v b="$two" -v c="$seconds" -v d="$(<.build/bench-solvers.twin)" \
    'BEGIN {print a, b, (c > d ? c : d) / 2}' >>"$times"
done
# spread NAME COLUMN BAR: of the first column's times to another's: their least, the ratios' median and extremes.
spread() {
  awk -v k="$2" '{print $1 / $k}' "$times" | sort -g | awk -v n="$1" -v bar="$3" \
    -v least="$(awk -v k="$2" 'NR == 1 || $1 < a {a = $1} NR == 1 || $k < b {b = $k} END {print a / b}' "$times")" \
    '{r[NR] = $1} END {printf "%-40s least times %.2f, median %.2f (%.2f to %.2f in %d rounds)%s\n", n, least, r[(NR + 1) / 2], r[1], r[NR], NR, bar}'
}
spread "two workers against one (Navier-Stokes)" 2 "; bar 1.9"
spread "two programs against one" 3 ""
