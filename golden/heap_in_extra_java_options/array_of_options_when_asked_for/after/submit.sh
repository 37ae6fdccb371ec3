#!/bin/bash
ARGS=(--conf "spark.executor.extraJavaOptions=-Da=b" --conf "spark.executor.memory=2g")
spark-submit --conf spark.executor.memory=4g "${ARGS[@]}" local:///opt/app.jar
