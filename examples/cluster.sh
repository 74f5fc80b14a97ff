#!/usr/bin/env bash
# Evaluates in SHARDS parts, as jobs of a cluster would, and puts them together. MODEL, SUITE and RUNS may be set, too.
set -euo pipefail

parts=()
for i in $(seq "${SHARDS:-2}"); do
    pytest --llamoco-model="${MODEL:-pool:slsqp}" --llamoco-model=random --llamoco-suite="${SUITE:-smoke}" \
        --llamoco-runs="${RUNS:-2}" --llamoco-shard="$i/${SHARDS:-2}" --llamoco-run-dir="part-$i"
    parts+=("part-$i")
done
llamoco merge "${parts[@]}" -o merged
llamoco report merged
