"""The pod template that a driver is to read lies at a path where no file will be.

The program that makes the executors reads `spark.kubernetes.executor.podTemplateFile` in its own container: the driver in
client mode, at its start; in cluster mode the submitter reads it and the driver's template at submission. It ends with
`java.io.FileNotFoundException: /opt/spark/conf/executor.yaml (No such file or directory)`, for the driver's template with
`SparkException: Could not load pod from template file.`

Reported where the path lies in a mounted ConfigMap or Secret that is here and has no such key, and, in Spark's own
images, where no mount holds it. Where another mount holds a file of that name, see
mounted-path-differs-from-configured-path. Left alone: remote paths, paths with variables or template actions, mounts
whose content is not known, files that a command or script may write, and resources of operators: there the path is
one of the operator's own pod.

Fix safety: display-only. The file has to come from somewhere.
Sources: docs/running-on-kubernetes.md, "Pod Template"; both texts verified on 3.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Finding, Fix, Place, Property, Workload, mounts, networking, paths, rule

KEYS = {"spark.kubernetes.driver.podTemplateFile", "spark.kubernetes.executor.podTemplateFile"}


@rule(severity="error", mentions=(b"podTemplateFile",))
def pod_template_file_missing(workload: Workload) -> Iterator[Finding]:
    server, mounted = workload.server, paths.known_mounts(workload)
    if server is None or mounted is None:
        return
    for item, value in paths.settings(workload):
        read = item.key in KEYS and ("executor" in item.key or workload.in_cluster_mode())
        path = paths.literal_path(value) if read and "kubernetes" in networking.masters_with(workload, item) else ""
        if not path or mounts.is_made_by_a_script(workload, path) or mounts.same_name_elsewhere(path, mounted):
            continue
        mount = mounts.covering(path, mounted)
        if mount is None and mounts.is_stock_image(server.image):
            yield _finding(workload, item, path, "no volume is mounted there", server.place("is not mounted here"))
        elif mount is not None and mounts.holds(mount, path) is False:
            place = Place(server.path, mount.node.span, "is mounted here")
            yield _finding(workload, item, path, f"{mount.source}, which is mounted there, has no such file", place)


def _finding(workload: Workload, item: Property, path: str, why: str, place: Place) -> Finding:
    fix = Fix("mount the template, or name the path where it is", (), Applicability.DISPLAY)
    return Finding(
        f"`{item.key}` names `{path}`, but {why}",
        (item.place("the template is named here"), place),
        (fix,),
        version=workload.version,
    )
