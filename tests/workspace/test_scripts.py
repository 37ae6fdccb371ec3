"""Scripts and properties files that stand in a ConfigMap: which container runs and reads which of them."""

from __future__ import annotations

import pytest

from sparkfix.model import Role, Workload
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workloads import workloads_of
from sparkfix.workspace.workspace import Workspace

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
  - name: main
    image: example/tools:1
    command: {command}
    volumeMounts:
    - {{name: files, mountPath: /opt/x}}
    - {{name: files, mountPath: /usr/bin/run, subPath: start.sh}}
  volumes:
  - name: files
    projected:
      sources:
      - configMap:
          name: files
          items:
          - {{key: begin, path: start.sh}}
          - {{key: library, path: lib.sh}}
          - {{key: settings, path: server.conf}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: files
data:
  begin: |
    #!/bin/bash
    source /opt/x/lib.sh
  library: |
    exec /opt/spark/sbin/start-connect-server.sh --conf spark.ui.port=4050 --properties-file /opt/x/server.conf "$@"
  settings: |
    spark.driver.memory=1g
  others: |
    spark.driver.memory=2g
"""


def _workloads(command: str) -> tuple[Workload, ...]:
    files = {"a.yaml": POD.format(command=command).encode()}
    return workloads_of(Workspace(MemoryStore(files), tuple(files)), "folder:")


@pytest.mark.parametrize(
    "command",
    [
        "[/opt/x/start.sh]",
        "[sh, -e, /opt/x/start.sh]",
        "[/bin/bash, -c, /opt/x/start.sh --verbose]",
        "[tini, --, bash, /opt/x/../x/start.sh]",
        "[bash, -c, 'set -e; cd /tmp; . /opt/x/start.sh']",
        "[/usr/bin/run]",
    ],
)
def test_a_mounted_script_is_read_like_one_that_a_shell_is_given(command: str) -> None:
    server = next(item for item in _workloads(command) if item.server is not None)
    assert server.role is Role.CONNECT_SERVER
    assert server.given("spark.ui.port") == "4050"
    assert [item.value for block in server.blocks for item in block.properties] == ["4050", "1g"]


@pytest.mark.parametrize("command", ["[/opt/x/begin]", "[/opt/y/start.sh]", "[cat, /opt/x/start.sh]", '["$SCRIPT"]'])
def test_what_is_not_mounted_or_not_run_is_not_read(command: str) -> None:
    assert all(item.role is Role.UNKNOWN and not item.command_line for item in _workloads(command))


def test_a_script_that_calls_itself_is_read_once() -> None:
    text = POD.format(command="[/opt/x/start.sh]").replace("source /opt/x/lib.sh", "/opt/x/start.sh")
    (server,) = workloads_of(Workspace(MemoryStore({"a.yaml": text.encode()}), ("a.yaml",)), "folder:")
    assert [command.words[0].text for command in server.commands] == ["/opt/x/start.sh", "/opt/x/start.sh"]


def test_words_of_a_mounted_script_cannot_be_moved() -> None:
    server = next(item for item in _workloads("[/opt/x/start.sh]") if item.server is not None)
    assert {command.locked for command in server.commands if command.shell} == {"it stands in a script of a ConfigMap"}


def test_a_file_that_no_command_names_belongs_to_nobody() -> None:
    unread = next(item for item in _workloads("[/opt/x/start.sh]") if item.server is None)
    assert [item.value for block in unread.blocks for item in block.properties] == ["2g"]
    assert unread.role is Role.UNKNOWN
