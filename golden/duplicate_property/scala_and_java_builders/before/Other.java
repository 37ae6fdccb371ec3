import org.apache.spark.SparkConf;

public class Other {
  public static void main(String[] args) {
    SparkConf conf = new SparkConf();
    conf.set("spark.executor.cores", "2");
    conf.set("spark.executor.cores", args[0]);
    conf.set("spark.driver.memory", "1g");
    conf.set("spark.driver.memory", "1g");
  }
}
