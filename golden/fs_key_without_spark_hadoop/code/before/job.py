from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.appName("report")
    .config("spark.executor.cores", "2")
    .config("fs.s3a.endpoint", "http://minio:9000")
    .getOrCreate()
)
