"""Scala and Java: what builders and `SparkConf` are told, with tree-sitter."""
