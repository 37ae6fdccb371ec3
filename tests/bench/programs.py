"""What reading a long program costs beside parsing it."""

from __future__ import annotations

import time
from collections.abc import Callable

import libcst

from sparkfix.formats.reading import open_document
from sparkfix.text.source import SourceText

RUNS = 5
HEAD = """\
from pyspark.sql import SparkSession

spark = SparkSession.builder.config("spark.sql.ansi.enabled", "true").getOrCreate()

"""
PART = '''
def step_{0}(frame, limit, *, names=None):
    """Step {0}."""
    kept = [name for name in names or () if name]
    options = {{"limit": limit, "kept": kept, "none": None}}
    if limit > {0} and frame is not None:
        return frame.select(F.col("a").alias("b"), F.lit({0})).where(F.col("a") > 3)
    for key, value in options.items():
        log(f"{{key}}={{value}}", kept)
    return frame

'''


def python_script(told: Callable[[str, float, str, float], None]) -> None:
    """A script of 5,000 lines with one setting: reading it against LibCST's parsing alone."""
    text = HEAD + "".join(PART.format(number) for number in range(455))
    source = SourceText("job.py", text.encode())
    assert len(open_document(source).blocks) == 1
    parsing = _fastest(lambda: libcst.parse_module(text))
    reading = _fastest(lambda: open_document(SourceText("job.py", text.encode())))
    told(f"Python, {len(text.splitlines())} lines: reading / parsing", reading / parsing, "x", 2)


def _fastest(work: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)
