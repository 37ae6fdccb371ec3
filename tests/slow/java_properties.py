"""Run by PySpark's Python: reads texts with `java.util.Properties` and writes what is in each (see test_java_properties.py).

Arguments: a JSON file with a list of texts, and the file for the answer, a list of maps; null where Java refuses a text.
"""

# mypy: ignore-errors
import json
import sys

from py4j.protocol import Py4JJavaError
from pyspark import SparkContext

SparkContext._ensure_initialized()
java = SparkContext._jvm.java
answers = []
with open(sys.argv[1], encoding="utf-8") as given:
    texts = json.load(given)
for text in texts:
    properties = java.util.Properties()
    try:
        properties.load(java.io.StringReader(text))
    except Py4JJavaError:
        answers.append(None)
        continue
    answers.append({name: properties.getProperty(name) for name in properties.stringPropertyNames()})
with open(sys.argv[2], "w", encoding="utf-8") as answer:
    json.dump(answers, answer)
