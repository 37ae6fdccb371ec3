"""A setting names a file at a path where nothing is mounted, while another path of the container holds it.

Spark opens the file in its own container: `Error: Invalid properties file '/opt/spark/conf/spark.conf'` from spark-submit,
`java.io.FileNotFoundException: /opt/spark/conf/executor.yaml (No such file or directory)` for a pod template, a line in the
log for metrics and logging, whose settings are then those of the image.

Looked at are `--properties-file`, pod templates, `spark.metrics.conf`, key stores, files of the API's authentication, and
log4j's file in the driver's Java options. Reported only where a mounted ConfigMap or Secret that is here holds a file of
the same name at another path. Left alone: paths below volumes whose content is not known, files that a command or a
script of the pod may write, and containers whose mounts a template makes.

Fix safety: safe where exactly one mount holds the file and nothing can be at the other path: the image is Spark's own, or
a mounted object without such a key covers it. Unsafe for other images, which may bring the file (medium confidence), for
files that executors open as well, and where other drivers read the setting; display-only where several mounts hold it.
Sources: docs/submitting-applications.md; texts verified on 3.5.8; Kubernetes documentation, "Volumes".
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import (
    Applicability,
    Change,
    Confidence,
    Finding,
    Fix,
    Place,
    SetValue,
    Severity,
    Workload,
    arguments,
    mounts,
    paths,
    rule,
)

MENTIONS = (b"properties-file", b"podTemplateFile", b"spark.metrics.conf", b"spark.ssl", b"log4j", b"File")


@rule(severity="warning", mentions=MENTIONS, requires=(b"containers",))
def mounted_path_differs_from_configured_path(workload: Workload) -> Iterator[Finding]:
    mounted = paths.known_mounts(workload) or ()
    for item, written in paths.settings(workload):
        for path, elsewhere in _misplaced(workload, mounted, written):
            change = SetValue(item, item.value.replace(written, paths.moved(written, elsewhere[0])))
            shared = bool(workload.sharing) or paths.is_opened_by_executors(item.key)
            place = item.place("names the file here")
            yield _finding(workload, mounted, (item.key, path, elsewhere), (change, place), shared=shared)
    for command, word, written in paths.options(workload):
        for path, elsewhere in _misplaced(workload, mounted, written):
            option = word.text.removesuffix(written)
            words = arguments.with_word(workload, command, word, option + paths.moved(written, elsewhere[0]))
            place = Place(command.path, word.span, "names the file here")
            yield _finding(workload, mounted, ("--properties-file", path, elsewhere), (words, place), shared=False)


def _misplaced(
    workload: Workload, mounted: tuple[mounts.Mount, ...], written: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The path, and where the file is instead, if it is not at this path and at another one."""
    path = paths.literal_path(written)
    elsewhere = mounts.same_name_elsewhere(path, mounted) if path else ()
    mount = mounts.covering(path, mounted)
    absent = mount is None or mounts.holds(mount, path) is False
    if elsewhere and absent and not mounts.is_made_by_a_script(workload, path):
        yield path, elsewhere


def _finding(
    workload: Workload,
    mounted: tuple[mounts.Mount, ...],
    what: tuple[str, str, tuple[str, ...]],
    how: tuple[Change, Place],
    *,
    shared: bool,
) -> Finding:
    name, path, elsewhere = what
    certain = mounts.covering(path, mounted) is not None or mounts.is_stock_image(
        workload.server.image if workload.server else ""
    )
    safety = Applicability.SAFE if certain and not shared else Applicability.UNSAFE
    fix = Fix(f"name `{elsewhere[0]}`", (how[0],), safety)
    if len(elsewhere) > 1:
        fix = Fix("name the path where the file is", (), Applicability.DISPLAY)
    stops = name == "--properties-file" or name.endswith("podTemplateFile")
    shown = ", ".join(f"`{one}`" for one in elsewhere)
    return Finding(
        f"`{name}` names `{path}`, where nothing is mounted; the file is at {shown}",
        (how[1],),
        (fix,),
        severity=Severity.ERROR if stops else None,
        confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
        version=workload.version,
    )
