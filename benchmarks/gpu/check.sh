#!/usr/bin/env bash
# Every GPU kernel against float64 loops, then its bandwidth beside the device's own copy. Needs an NVIDIA driver (CUDA 11.1 or later) and a
# GPU of compute capability 8.0 or later; no CUDA toolkit, no .NET, no libtorch.
#   check.sh [--device N]            exit code 0: all cases passed; 1: some did not; 2: usage; 3: no such GPU here
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$here/gpu-check
if [ ! -x "$program" ]; then
  program=$here/../../artifacts/gpu-check/gpu-check
  [ -x "$program" ] || { echo "gpu-check is not built: run benchmarks/gpu/publish.sh where .NET is installed" >&2; exit 3; }
fi
date -u +'%Y-%m-%d'
if command -v nvidia-smi > /dev/null; then
  nvidia-smi --query-gpu=index,name,driver_version,memory.total --format=csv,noheader || true
fi
exec "$program" "$@"
