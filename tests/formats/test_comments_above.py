"""Comment lines above settings: in properties text, with the file's line ends and indent, and nowhere else."""

from __future__ import annotations

import pytest

from sparkfix.engine.verify import verify
from sparkfix.formats.render import render
from sparkfix.model import AddComment, Change, Edit, Property, Refused, SetValue
from sparkfix.text.edits import splice
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

CM = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  spark-defaults.conf: |\n"


def opened(path: str, text: bytes) -> tuple[Workspace, Property]:
    workspace = Workspace(MemoryStore({path: text}), (path,))
    document = workspace.document(path)
    assert document is not None
    return workspace, document.blocks[0].properties[-1]


def changed(path: str, text: str, *, comment: str = "cores", value: str = "4") -> str:
    workspace, item = opened(path, text.encode())
    changes: list[Change] = [AddComment(item, comment), SetValue(item, value)]
    edits = [edit for change in changes for edit in render(change)]
    after = splice(text.encode(), edits)
    verify(workspace, workspace.with_edits({path: after}), changes, {path: edits})
    return after.decode()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_properties_file(newline: str, last: bool) -> None:
    end = newline if last else ""
    before = f"spark.a=1{newline}  spark.b = 4 # cores{end}"
    assert changed("a.conf", before) == f"spark.a=1{newline}  # cores{newline}  spark.b = 4{end}"


def test_block_scalar() -> None:
    assert changed("a.yaml", CM + "    spark.b=4 # cores\n") == CM + "    # cores\n    spark.b=4\n"


def test_block_scalar_in_a_block_scalar() -> None:
    outer = "manifest: |\n" + "".join(f"  {line}\n" for line in CM.splitlines())
    assert changed("a.yaml", outer + "      spark.b=4 # cores\n") == outer + "      # cores\n      spark.b=4\n"


def test_comment_of_other_scripts() -> None:
    assert changed("a.conf", "spark.b 4 # Größe\n", comment="Größe") == "# Größe\nspark.b 4\n"


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("a.yaml", "sparkConf:\n  spark.b: 4 x\n", "no comment line can stand above"),
        ("a.yaml", "spark.conf: 'spark.b=4'\n", "cannot hold another line"),
        ("a.conf", "spark.b=4\n", "line break"),
    ],
)
def test_places_that_take_none(path: str, text: str, reason: str) -> None:
    _, item = opened(path, text.encode())
    with pytest.raises(Refused, match=reason):
        render(AddComment(item, "two\nlines" if reason == "line break" else "one"))


@pytest.mark.parametrize("written", ["# other\n", "spark.c=1\n", "# cores\n# cores\n", "# cores"])
def test_verify_wants_this_comment_alone(written: str) -> None:
    workspace, item = opened("a.conf", b"spark.b=4\n")
    edit = Edit("a.conf", render(AddComment(item, "cores"))[0].span, written.encode())
    after = workspace.with_edits({"a.conf": splice(b"spark.b=4\n", [edit])})
    with pytest.raises(Refused):
        verify(workspace, after, [AddComment(item, "cores")], {"a.conf": [edit]})


def test_verify_wants_the_comment() -> None:
    workspace, item = opened("a.conf", b"spark.b=4 # cores\n")
    changes: list[Change] = [AddComment(item, "cores"), SetValue(item, "4")]
    edits = list(render(changes[1]))
    after = workspace.with_edits({"a.conf": splice(b"spark.b=4 # cores\n", edits)})
    with pytest.raises(Refused, match="a comment would change"):
        verify(workspace, after, changes, {"a.conf": edits})
