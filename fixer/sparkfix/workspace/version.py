"""Which Spark a workload runs, and how that is known. Best evidence first; unknown stays unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sparkfix.formats.document import Document
from sparkfix.model import Command, Container, KubernetesObject, Node, PropertyBlock, Role, SparkVersion
from sparkfix.workspace.workspace import Workspace

# Spark's own numbers so far: what looks different is somebody's numbering.
_NUMBER = r"(?P<version>[2-4]\.\d{1,2}(?:\.\d{1,2})?)"
_IMAGE = re.compile(r"spark[\w./\-]*:(?P<tag>[\w][\w.\-]*)")
_SPARK_IN_TAG = re.compile(r"spark[_\-]?v?" + _NUMBER + r"(?![\d.])", re.IGNORECASE)
_OTHER_IN_TAG = re.compile(
    r"(?<![A-Za-z])(?:scala|java|jdk|jre|hadoop|hive|delta|iceberg|hudi|python|py|emr|cuda|ubuntu|debian|ubi|glue|aws)"
    r"[_\-]?v?\d+(?:\.\d+)*",
    re.IGNORECASE,
)
_FIRST_IN_TAG = re.compile(r"(?:^|-)[vV]?" + _NUMBER + r"(?![\d.])")
_PLAIN = re.compile(r"^[vV]?" + _NUMBER + r"(?![\d.])")
_HOME = re.compile(r"spark-" + _NUMBER + r"(?![\d.])")
_COORDINATE = re.compile(r"org\.apache\.spark:spark-[\w\-]+_2\.1[0-9]:" + _NUMBER + r"(?![\d.])")
_JAR = re.compile(r"\bspark-[a-z][\w\-]*_2\.1[0-9]-" + _NUMBER + r"(?:\.jar|\b)")
_FOLDER = re.compile(r"(?:^|[/_\-])spark[_\-]?v?" + _NUMBER + r"(?=$|[/_\-])", re.IGNORECASE)
_VALUES = re.compile(r"\.Values\.([A-Za-z_][\w.]*)")
_NOT_SPARK_CHARTS = re.compile(r"operator|history|notebook|jupyter|livy|zeppelin|kyuubi", re.IGNORECASE)
_CR_ROUTES = (
    ("sparkVersion",), ("runtimeVersions", "sparkVersion"), ("sparkImage", "productVersion"), ("image", "productVersion"),
)  # fmt: skip


def detect_version(
    workspace: Workspace,
    unit: str,
    path: str,
    *,
    owner: KubernetesObject | None,
    server: Container | None,
    blocks: Iterable[PropertyBlock],
    commands: Iterable[Command],
    role: Role = Role.UNKNOWN,
) -> SparkVersion | None:
    """The Spark version of a workload that is configured in `path`, or None.

    A Connect server cannot be older than 3.4, which brought it: such a number is somebody's own.
    """
    if workspace.spark_version:
        return SparkVersion(workspace.spark_version, "--spark-version")
    texts = [(word.text, command.path) for command in commands for word in command.words]
    texts += [(item.value, item.path) for block in blocks for item in block.properties if "spark" in item.value]
    found: Iterator[SparkVersion | None] = (
        step
        for steps in (
            _from_resource(workspace, owner),
            _from_container(workspace, unit, server),
            _from_values(workspace, unit),
            _from_chart(workspace, unit),
            _from_images(texts),
            _from_texts(texts),
            _from_path(path),
        )
        for step in steps
    )
    least = (3, 4) if role is Role.CONNECT_SERVER else (0,)
    return next((version for version in found if version and version.release >= least), None)


def _line(workspace: Workspace, path: str, node: Node) -> int:
    document = workspace.document(path)
    return document.source.position(node.span.start)[0] if document else 0


def _known(pattern: re.Pattern[str], text: str, evidence: str, path: str = "", line: int = 0) -> SparkVersion | None:
    match = pattern.search(text)
    return SparkVersion(match["version"], evidence, path, line) if match else None


def _tagged(tag: str, evidence: str, path: str = "", line: int = 0) -> SparkVersion | None:
    """The version in an image's tag: the number that is said to be Spark's, else the first one that is no other's."""
    rest = _OTHER_IN_TAG.sub("", tag)
    match = _SPARK_IN_TAG.search(tag) or _FIRST_IN_TAG.search(rest)
    return SparkVersion(match["version"], evidence, path, line) if match else None


def _from_image(image: str, evidence: str, path: str, line: int) -> SparkVersion | None:
    match = _IMAGE.search(image)
    return _tagged(match["tag"], evidence, path, line) if match else None


def _from_resource(workspace: Workspace, owner: KubernetesObject | None) -> Iterator[SparkVersion | None]:
    if owner is None:
        return
    for route in _CR_ROUTES:
        node = owner.node.get("spec", *route)
        if node is not None and isinstance(node.value, str):
            yield _known(_PLAIN, node.value, f"spec.{'.'.join(route)}", owner.path, _line(workspace, owner.path, node))
    for route in (("image",), ("sparkConf", "spark.kubernetes.container.image")):
        node = owner.node.get("spec", *route)
        if node is not None and isinstance(node.value, str):
            yield _from_image(node.value, "the image tag", owner.path, _line(workspace, owner.path, node))


def _from_container(workspace: Workspace, unit: str, server: Container | None) -> Iterator[SparkVersion | None]:
    if server is None:
        return
    image = server.node.get("image")
    if image is not None:
        line = _line(workspace, server.path, image)
        yield _from_image(server.image, "the image tag", server.path, line)
        for route in _VALUES.findall(server.image):
            yield from _value_at(workspace, unit, route.split("."))
    for name, entry in server.environment().items():
        if name == "SPARK_VERSION":
            yield _known(
                _PLAIN, entry.text("value"), "SPARK_VERSION", server.path, _line(workspace, server.path, entry)
            )
        if name == "SPARK_HOME":
            yield _known(_HOME, entry.text("value"), "SPARK_HOME", server.path, _line(workspace, server.path, entry))


def _charts_above(workspace: Workspace, unit: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The unit's chart and its parents, each with the route below which the parent's values hold the chart's values."""
    kind, _, folder = unit.partition(":")
    if kind != "chart":
        return
    route: tuple[str, ...] = ()
    chart: str | None = folder
    while chart is not None:
        yield chart, route
        parent, separator, name = f"/{chart}".rpartition("/charts/")
        parent = parent.removeprefix("/")
        above = workspace.chart_of(_in(parent, "x")) if separator else None
        if not separator or above != parent:
            return
        chart, route = parent, (name, *route)


def _in(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _values(workspace: Workspace, chart: str) -> tuple[str, Document] | None:
    path = _in(chart, "values.yaml")
    document = workspace.document(path) if workspace.store.exists(path) else None
    return (path, document) if document else None


def _value_at(workspace: Workspace, unit: str, route: list[str]) -> Iterator[SparkVersion | None]:
    """The version in a value that the image is made of; a parent chart's values override the chart's own."""
    for chart, prefix in reversed(list(_charts_above(workspace, unit))):
        values = _values(workspace, chart)
        for root in values[1].nodes if values else ():
            node = root.get(*prefix, *route)
            if node is not None and isinstance(node.value, str) and values:
                read = _from_image if ":" in node.value else _tagged
                evidence = "the image tag" if route[-1] == "tag" else f"the value {'.'.join(route)}"
                yield read(node.value, evidence, values[0], _line(workspace, values[0], node))
            elif node is not None and values:
                tag = node.get("tag")
                if tag is not None:
                    yield _tagged(node.text("tag"), "the image tag", values[0], _line(workspace, values[0], tag))


def _from_values(workspace: Workspace, unit: str) -> Iterator[SparkVersion | None]:
    """Image tags of maps with a Spark repository in the chart's values; only if they all agree."""
    for chart, prefix in _charts_above(workspace, unit):
        values = _values(workspace, chart)
        found: list[SparkVersion] = []
        for root in values[1].nodes if values else ():
            start = root.get(*prefix)
            for node in _maps(start) if start is not None else ():
                version = _image_map(workspace, values[0], node) if values else None
                if version:
                    found.append(version)
        if found and len({version.number for version in found}) == 1:
            yield found[0]


def _maps(node: Node) -> Iterator[Node]:
    if isinstance(node.value, dict):
        yield node
        for child in node.value.values():
            yield from _maps(child)
    elif isinstance(node.value, list):
        for child in node.value:
            yield from _maps(child)


def _image_map(workspace: Workspace, path: str, node: Node) -> SparkVersion | None:
    repository, tag, image = node.text("repository"), node.get("tag"), node.get("image")
    if tag is not None and "spark" in repository and not _NOT_SPARK_CHARTS.search(repository):
        return _tagged(node.text("tag"), "the image tag", path, _line(workspace, path, tag))
    if image is not None and "spark" in node.text("image") and not _NOT_SPARK_CHARTS.search(node.text("image")):
        return _from_image(node.text("image"), "the image tag", path, _line(workspace, path, image))
    return None


def _from_chart(workspace: Workspace, unit: str) -> Iterator[SparkVersion | None]:
    for chart, _ in _charts_above(workspace, unit):
        path = _in(chart, "Chart.yaml")
        document = workspace.document(path)
        for root in document.nodes if document else ():
            name = root.text("name")
            version = root.get("appVersion")
            if version is not None and "spark" in name and not _NOT_SPARK_CHARTS.search(name):
                yield _known(_PLAIN, root.text("appVersion"), "appVersion", path, _line(workspace, path, version))


def _from_images(texts: Iterable[tuple[str, str]]) -> Iterator[SparkVersion | None]:
    """Images that properties name for executors and drivers."""
    for text, path in texts:
        if ":" in text and "://" not in text and "/" in text:
            yield _from_image(text, "the image tag", path, 0)


def _from_texts(texts: Iterable[tuple[str, str]]) -> Iterator[SparkVersion | None]:
    for text, path in texts:
        yield _known(_COORDINATE, text, "the package coordinates", path)
        yield _known(_JAR, text, "a jar's name", path)


def _from_path(path: str) -> Iterator[SparkVersion | None]:
    folder = path.rpartition("/")[0]
    matches = list(_FOLDER.finditer(folder))
    if matches:
        last = matches[-1]
        yield SparkVersion(last["version"], "the folder name", folder[: last.end()])
