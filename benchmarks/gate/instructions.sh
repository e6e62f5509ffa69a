#!/bin/sh
# Instructions of one call of each native kernel as a line of JSON, counted by valgrind: the same on every machine that takes the same path.
# Valgrind knows no AVX-512: it counts the AVX2 path, or the baseline on a processor without AVX2.
set -eu
program=artifacts/native/lib/tracefast_kernels_call
export TRACEFAST_CPU_KERNELS=avx2 OMP_NUM_THREADS=1
grep -q -w avx2 /proc/cpuinfo || TRACEFAST_CPU_KERNELS=baseline
log=$(mktemp)
trap 'rm -f "$log"' EXIT
names=$("$program")
printf '{"path": "%s"' "$(echo "$names" | head -n 1)"
for call in $(echo "$names" | tail -n +2); do
    valgrind --tool=callgrind --toggle-collect=counted_call --callgrind-out-file=/dev/null --log-file="$log" "$program" "$call"
    printf ', "%s": %s' "$call" "$(sed -n 's/.*Collected *: *\([0-9]*\).*/\1/p' "$log")"
done
printf '}\n'
