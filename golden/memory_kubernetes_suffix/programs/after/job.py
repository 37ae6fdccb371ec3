from pyspark.sql import SparkSession

MEMORY = "4g"

spark = (
    SparkSession.builder.appName("job")
    .config("spark.executor.memory", MEMORY)  # as measured
    .config("spark.driver.memory", f"{GIGABYTES}Gi")
    .getOrCreate()
)
