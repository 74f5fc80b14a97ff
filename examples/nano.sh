#!/usr/bin/env bash
# Makes nano from the labels in LABELS (a folder with labels.parquet) and evaluates it. RECIPE=full takes hours.
# The environment needs the extra "training".
set -euo pipefail

labels=${LABELS:?set LABELS to a folder with labels.parquet, such as training/data/labels of a clone}
python -m llamoco_bench.training nano "$labels/labels.parquet" nano --recipe "${RECIPE:-trial}" --targets labels
pytest --llamoco-model='nano?folder=nano/checkpoint' --llamoco-suite="${SUITE:-smoke}" --llamoco-runs="${RUNS:-2}"
