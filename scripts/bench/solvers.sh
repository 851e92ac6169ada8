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

# One worker, two workers, and two programs of one worker side by side, in turn: a shared machine swings by a third within
# minutes, so only runs next to each other are compared. The last says what the machine has to give to a second worker.
flow=(navier-stokes 1 samples=96 problem.accuracy.timeTolerance=1e-4 problem.finalTime=10 problem.snapshots=10)
ratios=.build/bench-solvers.ratios
: >"$ratios"
for _ in 1 2 3 4 5 6 7; do
  job "${flow[@]}" >/dev/null
  one=$seconds
  job "${flow[@]/#1/2}" >/dev/null
  two=$seconds
  start=$(date +%s.%N)
  (file=.build/bench-solvers-twin.h5; job "${flow[@]}" >/dev/null; rm -f "$file") &
  job "${flow[@]}" >/dev/null
  wait $!
  awk -v a="$one" -v b="$two" -v c="$(date +%s.%N)" -v d="$start" 'BEGIN {print a / b, 2 * a / (c - d)}' >>"$ratios"
done
# spread NAME COLUMN BAR: median and extremes of a column of ratios.
spread() { sort -g -k "$2,$2" "$ratios" | awk -v n="$1" -v k="$2" -v bar="$3" \
  '{r[NR] = $k} END {printf "%-46s %9.2f times as fast (%.2f to %.2f in %d rounds)%s\n", n, r[(NR + 1) / 2], r[1], r[NR], NR, bar}'; }
spread "two workers against one (Navier-Stokes)" 1 "; bar 1.9"
spread "two programs against one" 2 ""
