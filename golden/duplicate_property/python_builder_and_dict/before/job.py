from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from pyspark.sql import SparkSession

MEMORY = "4g"

spark = (
    SparkSession.builder.appName("job")
    # as measured
    .config("spark.executor.memory", "2g")  # too little
    .config("spark.executor.cores", 2)
    .config("spark.executor.memory", MEMORY)
    .getOrCreate()
)
SparkSubmitOperator(
    task_id="job",
    conf={
        "spark.executor.instances": "3",
        "spark.sql.shuffle.partitions": 200,
        "spark.executor.instances": "3",
    },
)
