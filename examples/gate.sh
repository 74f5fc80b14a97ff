#!/usr/bin/env bash
# Keeps GOOD as the baseline, and shows that the gate holds for it and fails for WORSE. SUITE and RUNS may be set, too.
set -euo pipefail

settings=(--llamoco-suite="${SUITE:-smoke}" --llamoco-runs="${RUNS:-2}")
gates=(--llamoco-baseline=baseline.json --llamoco-fail-on='err<=0.3' --llamoco-fail-on='reach>=base-0.02')

pytest --llamoco-model=candidate="${GOOD:-pool:dtpso}" "${settings[@]}"
llamoco baseline save last -o baseline.json
pytest --llamoco-model=candidate="${GOOD:-pool:dtpso}" "${settings[@]}" "${gates[@]}"
if pytest --llamoco-model=candidate="${WORSE:-random}" "${settings[@]}" "${gates[@]}"; then
    echo "The gate should have failed" >&2
    exit 1
fi
llamoco compare baseline.json last
