locals {
  conf = jsonencode({
    "spark.executor.memory" = "${var.memory}Gi"
    "spark.driver.memory"   = "1Gi"
  })
}
