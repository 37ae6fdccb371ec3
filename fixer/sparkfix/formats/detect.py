"""Which language a text inside another one is in, by the name that is known of it and by its content."""

from __future__ import annotations

import re

_BY_ENDING = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".py": "python",
    ".ipynb": "notebook",
    ".scala": "scala",
    ".java": "java",
    ".tf": "terraform",
    ".tfvars": "terraform",
    ".toml": "toml",
    ".sh": "shell",
    ".bash": "shell",
    ".properties": "properties",
    ".conf": "properties",
}
_JSON = re.compile(r"\s*(?:\{(?!\{)|\[)")
_ENDING = re.compile(r"\.\w+\Z")
_MANIFEST = re.compile(r"(?m)^(?:-?[ \t]*)apiVersion:[ \t]*\S")
_PYTHON = re.compile(r"\A(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:from[ \t]+[\w.]+[ \t]+import|import[ \t]+\w)")
_YAML_PAIR = re.compile(r"(?m)^[ \t]*-[ \t]+(?:name|key):[ \t]+[\"']?spark\.[A-Za-z][\w.\-]*[\"']?[ \t]*\r?$")
_YAML_KEY = re.compile(r"(?m)^[ \t]*(?:-[ \t]+)?[\"']?spark\.[A-Za-z][\w.\-]*[\"']?:[ \t]")
_OTHER_ENDINGS = re.compile(r"\.(?:sql|md|txt|xml|R|sc|html?|log4j2?)\Z", re.IGNORECASE)
_PROSE = re.compile(
    r"(?i)(?:.*[_.\-])?(?:description|message|help|title|summary|notes?|comments?|docs?|text|readme|name)\Z"
)
SHEBANG = re.compile(r"\s*#![^\n]*?\b(?:ba|da|a|z|k)?sh\b")
_OTHER_SHEBANG = re.compile(r"\s*#!")
_OPTION = re.compile(r"(?:^|[\s\"'=\\])(?:(?:--conf|-c)[\s=]+[\"'\\]*spark\.|-Dspark\.)")
_PROGRAM = re.compile(
    r"(?:^|[\s;&|(\"'`/])(?:spark[23]?-(?:submit|shell|sql|class)|pyspark(?=[ \t]+-)|sparkR|run-example|"
    r"start-(?:connect-server|thriftserver)\.sh)(?=[\s\"'\\]|$)"
)
_ASSIGNED = re.compile(r"\s*([A-Za-z_]\w*)=")
_OPTIONS_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*_(?:OPTS|OPTIONS|ARGS)\Z")
_FLAG_FIRST = re.compile(r"\s*(?:[A-Za-z_]\w*=)?[\"']?-{1,2}[A-Za-z]")
_PYTHON_LINE = re.compile(r"(?m)^(?:from[ \t]+[\w.]+[ \t]+import|import[ \t]+\w|def[ \t]+\w+\(|class[ \t]+\w+)")
# What shows a command of Spark in a text: its programs, and options that it alone has (see `sparkfix.spark.flags`).
COMMAND = (
    r"\bspark[23]?-(?:submit|shell|sql)\b|\bpyspark(?:[ \t]+-|-shell\b)|"
    r"--(?:(?:driver|executor)-(?:memory|cores|java-options|class-path)|num-executors|total-executor-cores|py-files)\b"
)
_SPARK = re.compile(f"spark|{COMMAND}")
_NAMED_OPTION = re.compile(r"(?:^|[\s=\"'])--(?:master|driver-|executor-|num-executors|packages|deploy-mode)")
_OF_SPARK = re.compile(r"[A-Z0-9_]*SPARK[A-Z0-9_]*\Z")
# What no word alone is: several ones, a map or list, an option that sets a property.
_SEVERAL_WORDS = re.compile(r"\S\s+\S|[{\[]|-Dspark\.|=spark\.")


def may_hold_settings(text: str) -> bool:
    """May a string hold a text with settings of Spark, and so be worth reading on its own?"""
    return bool(_SPARK.search(text) and _SEVERAL_WORDS.search(text))


# Operations of a JSON patch, written in YAML.
_OPERATION = re.compile(
    r"(?m)\A(?=.*^[ \t]*(?:-[ \t]+)?path:[ \t]*[\"']?/)(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*-[ \t]", re.DOTALL
)


def is_patch(name: str, text: str) -> bool:
    """Is a text below the key `patch` a list of operations on what another file holds?"""
    return name == "patch" and bool(_OPERATION.search(text))


# The name of a text that is a Helm values file of its own.
VALUES = "helm.values"


def is_kept(name: str, text: str) -> bool:
    """Is a text read on its own though it holds nothing of Spark? Patches and values have their part in what does."""
    return name == VALUES or is_patch(name, text)


def language_inside(name: str, text: str) -> str:
    """The name of the language that a text is in; empty if it is none that is read inside other texts.

    `name` is a file's name, the key that the text stands below, or `VALUES`.
    """
    if name == VALUES:
        return "yaml"
    ending = _ENDING.search(name)
    if ending is not None and ending[0] in _BY_ENDING:
        return _BY_ENDING[ending[0]]
    if _JSON.match(text) and text.rstrip().endswith(("}", "]")):
        return "json"
    if _PYTHON.match(text):
        return "python"
    if _MANIFEST.search(text) or _YAML_KEY.search(text) or _YAML_PAIR.search(text) or is_patch(name, text):
        return "yaml"
    return _shell_or_words(name, text)


def _shell_or_words(name: str, text: str) -> str:
    """`shell` for a script, `words` for options alone; empty for what is neither."""
    if SHEBANG.match(text):
        return "shell"
    if _OTHER_ENDINGS.search(name) or _PROSE.match(name) or _OTHER_SHEBANG.match(text) or _PYTHON_LINE.search(text):
        return ""
    option = bool(_OPTION.search(text))
    if _FLAG_FIRST.match(text):
        assigned = _ASSIGNED.match(text)
        named = _OF_SPARK.match(assigned[1] if assigned is not None else name)
        return "words" if option or (named and _NAMED_OPTION.search(text)) else ""
    if option and _OPTIONS_VARIABLE.match(name):
        return "words"
    return "shell" if option or _PROGRAM.search(text) else ""
