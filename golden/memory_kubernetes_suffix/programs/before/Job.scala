object Job {
  val conf = new SparkConf().set("spark.executor.memory", "2Gi").set("spark.executor.cores", "2")
}
