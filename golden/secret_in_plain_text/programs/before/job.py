import os

conf.set("spark.hadoop.fs.s3a.secret.key", os.environ["AWS_SECRET_ACCESS_KEY"])
conf.set("spark.hadoop.fs.s3a.access.key", f"{KEY}")
conf.set("spark.ssl.keyPassword", "correct-horse")
