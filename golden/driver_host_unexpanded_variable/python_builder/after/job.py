import os

from pyspark import SparkConf
from pyspark.sql import SparkSession

conf = SparkConf()
conf.set("spark.driver.host", "${env:POD_IP}")
conf.set("spark.driver.port", "7078")
conf.set("spark.driver.bindAddress", os.environ.get("BIND", "$POD_IP"))
other = SparkSession.builder.config("spark.driver.host", f"${{env:POD_IP}}.{os.environ['ZONE']}").getOrCreate()
