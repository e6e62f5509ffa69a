#!/usr/bin/env bash
# SFT, DPO and IOPO on a model of your own with the same quads, scored on IFEval: what RESULTS.md records.
#   benchmarks/real-run.sh MODEL IFEVAL PREFERENCE OUT [THREADS]
# MODEL: Hugging Face folder. IFEVAL: input_data.jsonl of instruction_following_eval. PREFERENCE: records with chosen and rejected. OUT: a new folder,
# or that of an interrupted run, which goes on; a training that did not end begins anew.
set -euo pipefail

if [ $# -lt 4 ] || [ $# -gt 5 ]; then
    sed -n '2,5s/^# *//p' "$0" >&2
    exit 2
fi
model=$1 ifeval=$2 preference=$3 out=$4 threads=${5:-$(nproc)}
tracefast="$(cd "$(dirname "$0")/.." && pwd)/tracefast"
export OMP_NUM_THREADS=$threads
mkdir -p "$out"

synth() { # synth FOLDER COUNT SEED OPTION...: instructions that share 13 words in a row with IFEval's are left out
    local folder=$1 count=$2 seed=$3
    shift 3
    [ -e "$folder/held_out_topic.jsonl" ] || "$tracefast" data synth --count "$count" --seed "$seed" --lang en --constraints 1-4 \
        --hold-out topic=0.2 type=0.1 --hold-out-count 60 --exclude "$ifeval" --out "$folder" --overwrite "$@"
}

train() { # train NAME OVERRIDE...
    local name=$1
    shift
    [ -e "$out/$name/adapter_model.safetensors" ] || "$tracefast" train "$out/run.yaml" output_dir="$out/$name" overwrite_output_dir=true "$@"
}

score() { # score NAME BENCH DATA MAX_NEW_TOKENS [adapter]: decodes greedily; finished answers are not decoded again
    local name=$1 bench=$2 data=$3 longest=$4 adapter=${5:-} set
    set=$(basename "$data" .jsonl)
    rm -f "$out/$name-$set.records.jsonl" # what is scored again replaces it
    "$tracefast" eval --model "$model" ${adapter:+--adapter "$adapter"} --bench "$bench" --data "$data" --responses "$out/$name-$set.jsonl" \
        --max-new-tokens "$longest" --batch 32 --precision float32 --threads "$threads" --json --per-record "$out/$name-$set.records.jsonl" >"$out/$name-$set.json"
}

synth "$out/synth" 240 5
synth "$out/test" 60 7 --layout sft
[ -e "$out/preference.jsonl" ] || "$tracefast" data quads --from preference --data "$preference" --seed 5 --out "$out/preference.jsonl"

cat >"$out/run.yaml" <<YAML
model_name_or_path: $model
finetuning_type: lora
lora_target: all
lora_rank: 16
lora_alpha: 32
bf16: true
dataset: $out/synth/train.jsonl,$out/preference.jsonl
cutoff_len: 768
overflow: drop
num_train_epochs: 1
lr_scheduler_type: cosine
warmup_ratio: 0.1
logging_steps: 5
save_strategy: "no"
threads: $threads
seed: 42
YAML
# Four quads a step for each: SFT counts an answer as a record.
train sft stage=sft learning_rate=4e-4 per_device_train_batch_size=8
train dpo stage=dpo learning_rate=2e-4 per_device_train_batch_size=4
train iopo stage=iopo learning_rate=2e-4 per_device_train_batch_size=4

for name in base sft dpo iopo; do
    adapter=$([ "$name" = base ] || echo "$out/$name")
    score "$name" ifeval "$ifeval" 512 "$adapter"
    for file in train held_out_topic held_out_type; do
        score "$name" constraints "$out/test/$file.jsonl" 256 "$adapter"
    done
done

set=$(basename "$ifeval" .jsonl)
for pair in base:sft base:dpo base:iopo dpo:iopo sft:iopo sft:dpo; do
    "$tracefast" eval compare "$out/${pair%:*}-$set.records.jsonl" "$out/${pair#*:}-$set.records.jsonl" --bench ifeval
done
