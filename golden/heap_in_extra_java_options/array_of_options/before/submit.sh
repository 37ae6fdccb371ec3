#!/bin/bash
ARGS=(--conf "spark.executor.extraJavaOptions=-Xmx2g -Da=b")
spark-submit --conf spark.executor.memory=4g "${ARGS[@]}" local:///opt/app.jar
