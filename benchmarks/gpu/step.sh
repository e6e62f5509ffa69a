#!/usr/bin/env bash
# The training step on a GPU, with the CUDA kernels, beside the same step on the processor: for a machine with .NET's SDK, an NVIDIA driver and
# a NuGet source that has libtorch-cuda-12.8-linux-x64.
#   benchmarks/gpu/step.sh [SHAPE [QUADS]]         smollm2-135m, 8 quads a step
set -euo pipefail
cd "$(dirname "$0")/../.."
shape=${1:-smollm2-135m} quads=${2:-8}
if ! command -v nvidia-smi > /dev/null || ! nvidia-smi > /dev/null; then
  echo "no NVIDIA GPU answers nvidia-smi on this machine" >&2
  exit 3
fi
./tracefast build # the native libraries
dotnet build src/TraceFast.Cli -c Release -p:Torch=cuda --nologo -v q || {
  echo "the build with -p:Torch=cuda failed: does a NuGet source have libtorch-cuda-12.8-linux-x64 (nuget.org has)?" >&2
  exit 3
}
program=artifacts/bin/TraceFast.Cli/release/tracefast
for dtype in bfloat16 float32; do
  echo "== $shape, $quads quads a step, $dtype"
  "$program" bench step --shape "$shape" --quads "$quads" --steps 5 --dtype "$dtype" --device cuda --json
done
