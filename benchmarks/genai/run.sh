#!/usr/bin/env bash
# Decoding beside ONNX Runtime GenAI, in turn on this machine: what benchmarks/README.md records under "Against ONNX Runtime GenAI".
#   benchmarks/genai/run.sh MODEL PRECISION [THREADS [BATCH ...]]
# MODEL: Hugging Face folder. PRECISION: float32 or int4. Three rounds of 128-token prompts, 64 new tokens each; a line of JSON for each.
set -euo pipefail

if [ $# -lt 2 ]; then
    sed -n '2,4s/^# *//p' "$0" >&2
    exit 2
fi
model=$(readlink -f "$1") precision=$2 threads=${3:-$(nproc)}
shift $(($# < 3 ? $# : 3))
[ $# -gt 0 ] || set -- 1 8 32
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work="$root/artifacts/genai"
mkdir -p "$work"
export ORT_DISABLE_TELEMETRY=1

dotnet build "$here/GenAiDecode.csproj" -c Release -p:Native=true --nologo -v quiet -o "$work/bin" >&2
rm -rf "$work/model"
"$root/tracefast" export --model "$model" --precision "$precision" --out "$work/model" >&2

for round in 1 2 3; do
    for batch in "$@"; do
        lengths="$work/lengths-$batch.json"
        awk -v n="$batch" 'BEGIN { printf "["; for (i = 0; i < n; i++) printf "%s[128, 64]", i ? ", " : ""; print "]" }' >"$lengths"
        own=("$root/tracefast" bench decode --model "$model" --precision "$precision" --threads "$threads" --batch "$batch"
            --lengths "$lengths" --json)
        printf '{"program": "tracefast", "precision": "%s", "round": %d, "figures": %s}\n' "$precision" "$round" "$("${own[@]}")"
        for peer in "$threads" 0; do # the same number of threads, then as GenAI chooses by itself
            printf '{"program": "genai", "precision": "%s", "round": %d, "figures": %s}\n' "$precision" "$round" \
                "$(dotnet "$work/bin/genai-decode.dll" "$work/model" "$peer" 128 64 "$batch")"
        done
    done
done
