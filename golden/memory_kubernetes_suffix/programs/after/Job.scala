object Job {
  val conf = new SparkConf().set("spark.executor.memory", "2g").set("spark.executor.cores", "2")
}
