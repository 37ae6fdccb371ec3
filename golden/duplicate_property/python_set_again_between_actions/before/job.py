from pyspark.sql import SparkSession

spark = SparkSession.builder.config("spark.sql.ansi.enabled", "true").getOrCreate()
spark.conf.set("spark.sql.ansi.enabled", "false")
df = spark.read.parquet("s3a://bucket/in")
spark.conf.set("spark.sql.ansi.enabled", "true")
if df.isEmpty():
    spark.conf.set("spark.sql.ansi.enabled", "false")
spark.sparkContext._conf.setIfMissing("spark.a", "1")
spark.sparkContext._conf.setIfMissing("spark.a", "2")
assert {"spark.b": "1", "spark.c": "2"} == {"spark.b": "2", "spark.c": "1"}
