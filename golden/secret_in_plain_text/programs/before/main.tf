conf = {
  "spark.hadoop.fs.s3a.secret.key" = var.secret
  "spark.ssl.keyPassword"          = "correct-horse"
}
