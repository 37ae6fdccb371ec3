#!/bin/bash
# --conf spark.sql.ansi.enabled=true
set -euo pipefail

MEMORY=4g
spark-submit \
  --master "$MASTER" \
  --conf "spark.app.name=nightly job" \
  --conf spark.sql.ansi.enabled=true \
  --conf spark.executor.memory=6g \
  job.py --conf spark.app.name=an-argument-of-the-job

spark-submit --conf spark.app.name="$NAME" other.py

ARGS=(
  --conf "spark.ui.enabled=false" # twice
)
spark-submit "${ARGS[@]}" third.py
