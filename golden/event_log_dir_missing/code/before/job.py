from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.appName("report")
    .config("spark.executor.cores", "2")
    .config("spark.eventLog.enabled", "true")
    .getOrCreate()
)
