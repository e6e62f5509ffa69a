#!/usr/bin/env bash
# Makes artifacts/gpu-check: a folder that carries the check of the GPU kernels to a machine with an NVIDIA driver and nothing else.
#   benchmarks/gpu/publish.sh        then copy the folder (or gpu-check.tar.gz) there and run ./check.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=artifacts/gpu-check
limit_mb=60
rm -rf "$folder" "$folder.tar.gz"
dotnet publish benchmarks/gpu/GpuCheck.csproj -c Release -r linux-x64 --self-contained -p:PublishTrimmed=true -p:DebugType=none \
  -o "$folder" --nologo -v q
cp benchmarks/gpu/check.sh "$folder/"
tar -C artifacts -czf "$folder.tar.gz" gpu-check
size_mb=$(du -sm "$folder" | cut -f1)
echo "$folder: $size_mb MB; packed $(du -m "$folder.tar.gz" | cut -f1) MB"
[ "$size_mb" -le "$limit_mb" ] || { echo "$folder is larger than $limit_mb MB" >&2; exit 1; }
