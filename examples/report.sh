#!/usr/bin/env bash
# Writes report.html, report.csv and problems.csv of two models. MODEL, OTHER, SUITE and RUNS may be set.
set -euo pipefail

pytest --llamoco-model="${MODEL:-pool:slsqp}" --llamoco-model="${OTHER:-pool:de}" --llamoco-suite="${SUITE:-smoke}" \
    --llamoco-runs="${RUNS:-2}" --llamoco-report=html:report.html
llamoco report last --format csv -o report.csv
llamoco report last --table problems --format csv -o problems.csv
