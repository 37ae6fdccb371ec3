#!/bin/sh
KEY=abcdefgh
spark-submit --conf spark.hadoop.fs.s3a.secret.key=$KEY --conf spark.hadoop.fs.s3a.access.key=$ACCESS job.py
aws emr-containers start-job-run --job-driver '{"sparkSubmitJobDriver": {"sparkSubmitParameters": "--conf spark.authenticate.secret=abcdefgh"}}'
