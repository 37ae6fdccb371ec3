import org.apache.spark.sql.SparkSession

object Job {
  val spark = SparkSession
    .builder()
    .config("spark.executor.memory", "2g") // too little
    .config("spark.executor.cores", 2)
    .config("spark.executor.memory", "4g")
    .getOrCreate()

  def main(args: Array[String]): Unit = {
    spark.conf.set("spark.sql.ansi.enabled", "true")
    spark.table("x").count()
    spark.conf.set("spark.sql.ansi.enabled", "false")
  }
}
