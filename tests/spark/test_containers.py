"""What is known of a container beside what is written out: variables, daemons, files, and whether a template adds more."""

from __future__ import annotations

import pytest

from sparkfix.engine.verify import verify
from sparkfix.formats.kubernetes.commands import commands_of
from sparkfix.formats.kubernetes.objects import containers_of
from sparkfix.formats.render import render
from sparkfix.model import Container, KubernetesObject, SetField
from sparkfix.spark import daemons, mounts, rbac, variables
from sparkfix.text.edits import splice
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workloads import workloads_of
from sparkfix.workspace.workspace import Workspace

HEAD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n    - name: main\n      image: spark:3.5.7\n"
B = "      env:\n        - name: B\n          value: b\n"


def _workspace(text: str, path: str = "templates/a.yaml") -> Workspace:
    files = {path: text.encode(), "Chart.yaml": b"name: c\n"}
    return Workspace(MemoryStore(files), (path,))


def _parts(text: str) -> tuple[Container, tuple[KubernetesObject, ...]]:
    document = _workspace(text).document("templates/a.yaml")
    assert document is not None
    return containers_of(document.objects[0])[0], document.objects


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", False),
        ("      env:\n        - name: A\n          value: b\n", True),
        ("      env:\n        - name: B\n          value: {{ .Values.b }}\n", False),
        ("      env:\n        {{- toYaml .Values.env | nindent 8 }}\n", None),
        ("      env: {{- toYaml .Values.env | nindent 8 }}\n", None),
        (B + "        {{- with .Values.env }}\n        {{- toYaml . | nindent 8 }}\n        {{- end }}\n", None),
        (B + "      resources:\n        {{- toYaml .Values.resources | nindent 8 }}\n", False),
        ("      env:\n        - name: B\n          value: >-\n            {{ .Values.b }}\n            c\n", False),
        ("      {{- include \"c.env\" . | nindent 6 }}\n", None),
        ("      env:\n        {{- range $n, $v := .Values.env }}\n        - name: {{ $n }}\n        {{- end }}\n", None),
        ("      envFrom:\n        - secretRef:\n            name: elsewhere\n", None),
    ],
)  # fmt: skip
def test_variables_with_three_answers(lines: str, expected: bool | None) -> None:
    container, objects = _parts(HEAD + lines)
    assert variables.has(container, "A", objects) is expected


def test_variables_of_a_config_map_beside_it() -> None:
    source = "      envFrom:\n        - prefix: X_\n          configMapRef:\n            name: flags\n"
    flags = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: flags\ndata:\n  A: b\n"
    container, objects = _parts(HEAD + source + flags)
    assert variables.has(container, "X_A", objects) is True
    assert variables.has(container, "A", objects) is False


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("[/opt/spark/sbin/start-master.sh]", ["start-master.sh"]),
        ("[tini, --, /opt/spark/sbin/start-worker.sh, 'spark://m:7077']", ["start-worker.sh"]),
        ("[sh, -c, 'start-connect-server.sh; echo up']", ["start-connect-server.sh"]),
        ("[sh, -c, 'start-connect-server.sh && tail -f /dev/null']", []),
        ("[sh, -c, 'sleep 5; ./sbin/start-master.sh']", ["start-master.sh"]),
        ("[/opt/celeborn/sbin/start-master.sh]", []),
        ("[/opt/spark/sbin/start-connect-server.sh, --wait]", []),
        ("[/opt/spark/sbin/spark-daemon.sh, stop, X, '1']", []),
        ("[my-program, start-master.sh]", []),
        ('[sh, -c, "{{ .Values.before }}/sbin/start-connect-server.sh"]', ["start-connect-server.sh"]),
        ("[sh, -c]\n      args:\n        - |\n          start-connect-server.sh\n          {{ .Values.after }}", []),
    ],
)
def test_daemons_that_a_container_does_not_outlive(command: str, found: list[str]) -> None:
    container, objects = _parts(HEAD + f"      command: {command}\n")
    starts = daemons.background_daemons(commands_of(container, objects[0]), container, ())
    assert [one.word.text.rsplit("/", 1)[-1] for one in starts] == found


def test_containers_of_one_name_in_one_file_are_two() -> None:
    text = HEAD + "---\n" + HEAD
    document = _workspace(text).document("templates/a.yaml")
    assert document is not None
    first, second = (containers_of(item)[0] for item in document.objects)
    assert first != second


def test_files_below_mounts() -> None:
    text = HEAD + (
        "      volumeMounts:\n        - name: conf\n          mountPath: /conf\n"
        "        - name: conf\n          mountPath: /etc/one.conf\n          subPath: one.conf\n"
        "        - name: work\n          mountPath: /data\n          subPath: here\n"
        "  volumes:\n    - name: conf\n      configMap:\n        name: conf\n    - name: work\n      emptyDir: {}\n"
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: conf\ndata:\n  one.conf: x\n  .two: y\n"
    )
    container, objects = _parts(text)
    found = mounts.mounts_of(container, objects, "")
    assert found is not None
    held = {path: mounts.holds(mount, path) for path in ("/conf/one.conf", "/conf/.two", "/conf/no", "/etc/one.conf", "/data/x")
            if (mount := mounts.covering(path, found))}  # fmt: skip
    assert held == {
        "/conf/one.conf": True,
        "/conf/.two": True,
        "/conf/no": False,
        "/etc/one.conf": True,
        "/data/x": None,
    }
    assert mounts.covering("/opt/x", found) is None
    assert mounts.same_name_elsewhere("/opt/one.conf", found) == ("/conf/one.conf", "/etc/one.conf")


def test_a_word_of_a_command_can_be_set_in_place() -> None:
    workspace = _workspace(HEAD + '      command: [a, "b"]  # kept\n')
    container, _ = _parts(HEAD + '      command: [a, "b"]  # kept\n')
    change = SetField("templates/a.yaml", container.node.items("command")[1], "c")
    edits = render(change)
    after = splice(workspace.data("templates/a.yaml") or b"", edits)
    verify(workspace, workspace.with_edits({"templates/a.yaml": after}), [change], {"templates/a.yaml": edits})
    assert b'command: [a, "c"]  # kept' in after


def test_rights_of_an_account_are_unknown_where_a_template_may_grant_them() -> None:
    text = (
        HEAD.replace("spec:\n", "spec:\n  serviceAccountName: s\n")
        + "      command: [/opt/spark/bin/spark-submit, --master, 'k8s://https://k', 'local:///a.jar']\n"
        + "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: b\n"
        + "subjects:\n  - kind: ServiceAccount\n    name: {name}\nroleRef:\n  kind: Role\n  name: r\n"
        + "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: r\nrules: []\n"
    )
    known, unknown = (
        rbac.bindings_of(workloads_of(_workspace(text.replace("{name}", name)), "chart:")[0])
        for name in ("s", "{{ .Values.account }}")
    )
    assert known is not None
    assert unknown is None
