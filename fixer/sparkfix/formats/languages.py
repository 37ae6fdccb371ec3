"""The languages in which Spark is configured: which names say so, who reads them, and what else they hold.

A language is one folder of `sparkfix.formats` with a reader, and a line in `LANGUAGES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sparkfix.formats.docker.reading import read_dockerfile, rest_of_dockerfile
from sparkfix.formats.document import Context, Document
from sparkfix.formats.json.reading import read_json
from sparkfix.formats.make.reading import read_makefile, rest_of_makefile
from sparkfix.formats.notebook.reading import read_notebook, rest_of_notebook
from sparkfix.formats.properties.reading import read_properties
from sparkfix.formats.python.reading import read_python, rest_of_python
from sparkfix.formats.scala.reading import read_java, read_scala, rest_of_code
from sparkfix.formats.shell.reading import read_shell, read_words
from sparkfix.formats.shell.rest import rest_of_shell, rest_of_words
from sparkfix.formats.terraform.reading import read_terraform, rest_of_terraform
from sparkfix.formats.toml.reading import read_toml, rest_of_toml
from sparkfix.formats.yaml.reading import read_yaml
from sparkfix.text.source import SourceText


@dataclass(frozen=True)
class Language:
    """How one language is read.

    `names` matches the names of its files, which `files` says in words. `rest` gives what a text says besides its
    properties, as a value that can be compared: a change of properties must leave it as it is. YAML is compared more
    closely (see `sparkfix.engine.trees`) and has none.
    """

    name: str
    files: str
    names: re.Pattern[str]
    read: Callable[[SourceText, Context], Document]
    rest: Callable[[Document], object] | None = None
    long_lines: bool = False


_TEMPLATE_ENDINGS = r"(?:\.(?:template|tmpl|tpl|gotmpl|j2))?\Z"
LANGUAGES = (
    Language(
        "properties",
        "`.conf`, `.properties`, `.cfg`, `spark-defaults`, also before `.template`, `.tmpl`, `.tpl`, `.gotmpl`, `.j2`",
        re.compile(rf"(?:\.(?:conf|properties|cfg)|(?:^|/)spark-defaults){_TEMPLATE_ENDINGS}"),
        read_properties,
    ),
    Language("python", "`.py`", re.compile(r"\.py\Z"), read_python, rest_of_python),
    Language("scala", "`.scala`, `.sc`", re.compile(r"\.(?:scala|sc)\Z"), read_scala, rest_of_code),
    Language("java", "`.java`", re.compile(r"\.java\Z"), read_java, rest_of_code),
    Language("terraform", "`.tf`, `.tfvars`", re.compile(r"\.(?:tf|tfvars)\Z"), read_terraform, rest_of_terraform),
    Language("toml", "`.toml`", re.compile(r"\.toml\Z"), read_toml, rest_of_toml),
    Language("notebook", "`.ipynb`", re.compile(r"\.ipynb\Z"), read_notebook, rest_of_notebook, long_lines=True),
    Language("json", "`.json`", re.compile(r"\.json\Z"), read_json),
    Language(
        "shell",
        "`.sh`, `.bash`, also before `.template`, `.tmpl`, `.tpl`, `.gotmpl`, `.j2`",
        re.compile(rf"\.(?:sh|bash){_TEMPLATE_ENDINGS}"),
        read_shell,
        rest_of_shell,
    ),
    Language(
        "docker",
        "`Dockerfile`, `Containerfile`, `Dockerfile.x`, `x.Dockerfile`",
        re.compile(r"(?:(?:^|/)(?:[Dd]ockerfile|Containerfile)(?:[.\-][\w.\-]+)?|\.(?:[Dd]ocker|[Cc]ontainer)file)\Z"),
        read_dockerfile,
        rest_of_dockerfile,
    ),
    Language(
        "make",
        "`Makefile`, `GNUmakefile`, `.mk`",
        re.compile(r"(?:(?:^|/)(?:GNUm|[Mm])akefile(?:\.[\w\-]+)?|\.mk)\Z"),
        read_makefile,
        rest_of_makefile,
    ),
    Language("words", "none: options of a command in one text", re.compile(r"(?!)"), read_words, rest_of_words),
    Language(
        "yaml",
        "`.yaml`, `.yml`, `.tpl`, `.gotmpl`, also before `.template`, `.tmpl`, `.gotmpl`, `.j2`",
        re.compile(r"\.(?:ya?ml|tpl|gotmpl)(?:\.(?:template|tmpl|gotmpl|j2))?\Z"),
        read_yaml,
    ),
)


def language_of_file(path: str) -> Language | None:
    """The language that a file's name says; None if it says none that sparkfix reads."""
    return _language_of_name(path.rpartition("/")[2])


@lru_cache(maxsize=4096)
def _language_of_name(name: str) -> Language | None:
    return next((language for language in LANGUAGES if language.names.search(name)), None)


def language(name: str) -> Language:
    """The language of a name. Raises `KeyError` for an unknown one."""
    return {item.name: item for item in LANGUAGES}[name]
