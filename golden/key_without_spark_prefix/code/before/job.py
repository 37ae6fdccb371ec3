from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.appName("report")
    .config("spark.executor.cores", "2")
    .config("hive.metastore.uris", "thrift://metastore:9083")
    .getOrCreate()
)
