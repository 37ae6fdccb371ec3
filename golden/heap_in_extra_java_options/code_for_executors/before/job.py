from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.appName("report")
    .config("spark.executor.memory", "4g")
    .config("spark.executor.extraJavaOptions", "-Xmx4g -Dacme.mode=fast")
    .getOrCreate()
)
