"""Python: builders, `SparkConf`, dicts and lists of settings, and texts in strings, with LibCST."""
