locals {
  spark_conf = {
    "spark.executor.cores"  = 2
    "spark.executor.memory" = "4g"
    "spark.driver.host"     = var.host
  }
  manifest = <<-EOT
    apiVersion: sparkoperator.k8s.io/v1beta2
    kind: SparkApplication
    spec:
      sparkConf:
        spark.ui.port: "4041"
  EOT
}
