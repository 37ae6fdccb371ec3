"""Adding and changing fields of manifests: exactly the bytes that must change."""

from __future__ import annotations

import pytest

from sparkfix.engine.verify import verify
from sparkfix.formats.kubernetes.objects import containers_of
from sparkfix.formats.render import render
from sparkfix.model import AddEnv, AddField, AddItem, Change, KubernetesObject, Refused, SetField
from sparkfix.text.edits import splice
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: sc, labels: {a: b}}
spec:
  clusterIP: None # headless
  selector:
    app: sc
  ports:
    - port: 7078
      targetPort: "7078"
"""
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  containers:
  - name: main
    image: spark:3.5.7
"""


def _service(text: str) -> tuple[Workspace, KubernetesObject]:
    path = "a.yaml"
    workspace = Workspace(MemoryStore({path: text.encode()}), (path,))
    document = workspace.document(path)
    assert document is not None
    return workspace, document.objects[0]


def _made(text: str, *wanted: object) -> str:
    """The text after changes, each given as a function of the object; proven on the way."""
    workspace, item = _service(text)
    changes: list[Change] = [make(item) for make in wanted]  # type: ignore[operator]
    edits = [edit for change in changes for edit in render(change)]
    result = splice(text.encode(), edits)
    verify(workspace, workspace.with_edits({"a.yaml": result}), changes, {"a.yaml": edits})
    return result.decode()


def test_a_field_goes_behind_the_first_scalar() -> None:
    text = _made(SERVICE, lambda item: AddField("a.yaml", item.node.get("spec"), "publishNotReadyAddresses", True))
    assert text == SERVICE.replace("# headless\n", "# headless\n  publishNotReadyAddresses: true\n")


def test_a_field_of_a_map_without_scalars_goes_first() -> None:
    text = _made(POD, lambda item: AddField("a.yaml", item.node.get("spec"), "enableServiceLinks", False))
    assert text == POD.replace("spec:\n", "spec:\n  enableServiceLinks: false\n")


def test_a_field_that_is_there_is_refused() -> None:
    with pytest.raises(Refused, match="is there already"):
        _made(SERVICE, lambda item: AddField("a.yaml", item.node.get("spec"), "clusterIP", "None"))


def test_an_item_goes_first_in_its_list() -> None:
    port = {"name": "connect", "port": 15002}
    text = _made(SERVICE, lambda item: AddItem("a.yaml", item.node.get("spec"), "ports", port))
    assert text == SERVICE.replace("  ports:\n", "  ports:\n    - name: connect\n      port: 15002\n")


def test_several_items_keep_their_order() -> None:
    first, second = {"port": 1, "name": "a"}, {"port": 2, "name": "b"}
    text = _made(SERVICE, lambda item: AddItem("a.yaml", item.node.get("spec"), "ports", first, (second,)))
    lines = "    - port: 1\n      name: a\n    - port: 2\n      name: b\n"
    assert text == SERVICE.replace("  ports:\n", "  ports:\n" + lines)
    flow = SERVICE.replace('ports:\n    - port: 7078\n      targetPort: "7078"\n', "ports: [{port: 7078}]\n")
    text = _made(flow, lambda item: AddItem("a.yaml", item.node.get("spec"), "ports", first, (second,)))
    assert text == flow.replace("[{", "[{port: 1, name: a}, {port: 2, name: b}, {")


@pytest.mark.parametrize(
    "text",
    [
        "---\n{{- if .Values.rbac }}\napiVersion: v1\nkind: Role\nrules:\n- a: b\n---\nkind: RoleBinding\n{{- end }}\n",
        "{{- if .Values.rbac }}\n---\napiVersion: v1\nkind: Role\nrules:\n- a: b\n{{- end }}\n",
        "---\n{{- if .Values.v }}\napiVersion: v1\n{{- end }}\nkind: Role\nrules:\n- a: b\n",
        "{{- if .Values.v }}\napiVersion: v1\n{{- else }}\napiVersion: v2\n{{- end }}\nkind: Role\nrules:\n- a: b\n",
    ],
)
def test_a_document_stands_under_the_arms_that_all_its_keys_have(text: str) -> None:
    made = _made(text, lambda item: AddItem("a.yaml", item.node, "rules", {"c": "d"}))
    assert made == text.replace("rules:\n", "rules:\n- c: d\n")


def test_a_list_under_an_arm_of_its_own_is_left() -> None:
    own = "{{- if .Values.rbac }}\napiVersion: v1\nkind: Role\n{{- if .Values.more }}\nrules:\n- a: b\n{{- end }}\n{{- end }}\n"
    with pytest.raises(Refused, match="`rules` stands under a condition of the template"):
        _made(own, lambda item: AddItem("a.yaml", item.node, "rules", {"c": "d"}))


def test_a_new_list_in_a_map_without_scalars_goes_first() -> None:
    text = _made(POD, lambda item: AddItem("a.yaml", item.node.get("spec"), "volumes", {"name": "a"}))
    assert text == POD.replace("spec:\n", "spec:\n  volumes:\n  - name: a\n")


@pytest.mark.parametrize(
    ("route", "value", "old", "new"),
    [
        (("spec", "clusterIP"), "10.0.0.1", "clusterIP: None #", "clusterIP: 10.0.0.1 #"),
        (("spec", "ports", 0, "targetPort"), "7079", 'targetPort: "7078"', 'targetPort: "7079"'),
        (("spec", "ports", 0, "port"), "7079", "port: 7078\n", "port: 7079\n"),
        (("metadata", "labels", "a"), "x, y", "{a: b}", '{a: "x, y"}'),
    ],
)
def test_a_scalar_keeps_its_style(route: tuple[str | int, ...], value: str, old: str, new: str) -> None:
    text = _made(SERVICE, lambda item: SetField("a.yaml", item.node.get(*route), value))
    assert text == SERVICE.replace(old, new)


def test_a_computed_scalar_is_refused() -> None:
    text = SERVICE.replace("port: 7078\n", "port: {{ .Values.port }}\n")
    with pytest.raises(Refused, match="the template computes it"):
        _made(text, lambda item: SetField("a.yaml", item.node.get("spec", "ports", 0, "port"), "7079"))


def test_a_variable_with_a_fixed_value() -> None:
    text = _made(POD, lambda item: AddEnv(containers_of(item)[0], "SPARK_NO_DAEMONIZE", value="true"))
    assert text == POD + '    env:\n    - name: SPARK_NO_DAEMONIZE\n      value: "true"\n'


def test_a_field_never_goes_under_a_condition_of_its_neighbours() -> None:
    arm = "  {{- with .Values.tolerations }}\n  tolerations:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}\n"
    text = POD.replace("spec:\n", "spec:\n" + arm)
    made = _made(text, lambda item: AddField("a.yaml", item.node.get("spec"), "enableServiceLinks", False))
    assert made == text.replace("  containers:\n", "  enableServiceLinks: false\n  containers:\n")
