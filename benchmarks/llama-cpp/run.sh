#!/usr/bin/env bash
# Decoding beside llama.cpp, in turn on this machine: what benchmarks/README.md records under "Against llama.cpp".
#   benchmarks/llama-cpp/run.sh MODEL GGUF PRECISION [THREADS [BATCH ...]]
# MODEL: Hugging Face folder. GGUF: the same model for llama.cpp, in the form that PRECISION (float32, int4) is compared with. Two rounds; a line of JSON for each measurement.
set -euo pipefail

if [ $# -lt 3 ]; then
    sed -n '2,4s/^# *//p' "$0" >&2
    exit 2
fi
model=$1 gguf=$(readlink -f "$2") precision=$3 threads=${4:-$(nproc)}
shift $(($# < 4 ? $# : 4))
[ $# -gt 0 ] || set -- 1 8 32
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work="$root/artifacts/llama-cpp"
# The prebuilt library comes with the binding's package for this platform; nothing is compiled.
binding=node-llama-cpp@3.22.1
mkdir -p "$work"
[ -e "$work/node_modules/node-llama-cpp" ] || npm install --loglevel=error --no-fund --no-audit --prefix "$work" "$binding" >&2
cp "$here/bench.mjs" "$work/" # modules are looked for beside the file

for round in 1 2; do
    for batch in "$@"; do
        lengths="$work/lengths-$batch.json"
        # Prompts of 50 to 500 tokens, evenly spread in an order without a trend; 128 new tokens each.
        awk -v n="$batch" 'BEGIN { printf "["; for (i = 0; i < n; i++) printf "%s[%d, 128]", i ? ", " : "", n == 1 ? 275 : 50 + 450 * ((i * 13) % n) / (n - 1); print "]" }' >"$lengths"
        printf '{"program": "tracefast", "precision": "%s", "round": %d, "figures": %s}\n' "$precision" "$round" \
            "$("$root/tracefast" bench decode --model "$model" --precision "$precision" --batch "$batch" --lengths "$lengths" --threads "$threads" --json)"
        printf '{"program": "llama.cpp", "gguf": "%s", "round": %d, "figures": %s}\n' "$(basename "$gguf")" "$round" "$(cd "$work" && node bench.mjs "$gguf" "$threads" "$lengths")"
    done
done
