"""sparkfix: finds and fixes faulty Apache Spark configuration on Kubernetes, byte by byte."""

__version__ = "0.1.0"
