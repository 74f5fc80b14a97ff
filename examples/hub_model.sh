#!/usr/bin/env bash
# Tunes a model in both phases. LABELS: folder with labels.parquet. PRESET: llamoco-s, llamoco-m, llamoco-l or smollm2, or
# its settings on the model in BASE. STEPS and MAX_STEPS shorten the phases, OPTIONS go to both. Needs the extra "training".
set -euo pipefail

labels=${LABELS:?set LABELS to a folder with labels.parquet, such as training/data/labels of a clone}
read -ra options <<<"${OPTIONS:-}"
python -m llamoco_bench.training build "$labels/labels.parquet" set
python -m llamoco_bench.training warmup set phase-1 --preset "${PRESET:-llamoco-s}" --base "${BASE:-}" "${options[@]}" --steps "${STEPS:-1000}"
python -m llamoco_bench.training tune set phase-2 --preset "${PRESET:-llamoco-s}" --base phase-1/final "${options[@]}" --max-steps "${MAX_STEPS:-0}"
