#!/usr/bin/env bash
# Scores a model beside random search. MODEL, SUITE and RUNS may be set: MODEL=hf:./checkpoint SUITE=quick ./evaluate.sh
set -euo pipefail

pytest --llamoco-model="${MODEL:-pool:slsqp}" --llamoco-model=random --llamoco-suite="${SUITE:-smoke}" --llamoco-runs="${RUNS:-2}"
llamoco report last --format md
