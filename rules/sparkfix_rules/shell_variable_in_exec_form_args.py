"""A command without a shell holds `$NAME` or `${NAME}`, which nothing expands there.

Words of `command` and `args` go to the program as they are written. Only a shell expands `$NAME`, and none is called
here: Spark gets the text, looks for a file, a bucket or a host of this name and does not find it. The kubelet expands
`$(NAME)`, if the container's own `env` has NAME.

Looked at are the words of Spark's own programs, started directly or by way of `tini` or Spark's entrypoint. Left alone:
`sh -c`, `${env:NAME}` (Spark's own form), `$$`, the two driver addresses (see driver-host-unexpanded-variable), settings
of executors' environments, commands behind a script that may be a shell of its own, and manifests that are filled in
before they are applied: those with such variables elsewhere, and folders with a script that calls `envsubst`.

Fix safety: safe where the container's `env` has the variable. Where it has not, the variable may be the image's or its
manifest's template's, and the kubelet would not know it either: display-only, with medium confidence, and for options
of Spark alone, since an application may read such a text in its own way.
Sources: Kubernetes documentation, "Define a Command and Arguments for a Container".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sparkfix.api import (
    Applicability,
    Change,
    Confidence,
    Finding,
    Fix,
    Place,
    Property,
    SetField,
    SetValue,
    Severity,
    Word,
    Workload,
    arguments,
    rule,
    variables,
)

FORM = re.compile(r"(?<!\$)\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")


@rule(severity="error", mentions=(b"$",), requires=(b"containers",))
def shell_variable_in_exec_form_args(workload: Workload) -> Iterator[Finding]:
    if workload.expands_variables:
        return
    for command in workload.commands:
        container = command.container
        if container is None or not arguments.reaches_spark_unexpanded(command):
            continue
        if workload.pod is not None and variables.is_filled_in_before(workload.pod, command):
            continue
        for word, option in arguments.words_of(command):
            item = arguments.property_at(workload, word)
            key, text = (item.key, item.value) if item else ("", word.text)
            names = {found[1] or found[2] for found in FORM.finditer(arguments.without_actions(text))}
            if names and key not in arguments.ADDRESSES and not variables.handed_to_kubernetes(key):
                have = names <= container.environment().keys()
                if have or option:
                    yield _finding(workload, container.path, word, item, sorted(names), have=have)


def _finding(
    workload: Workload, path: str, word: Word, item: Property | None, names: list[str], *, have: bool
) -> Finding:
    text = item.value if item else word.text
    value = FORM.sub(lambda found: f"$({found[1] or found[2]})" if (found[1] or found[2]) in names else found[0], text)
    node = arguments.node_at(workload, word)
    changes: tuple[Change, ...] = (SetValue(item, value),) if item else (SetField(path, node, value),) if node else ()
    shown = ", ".join(f"`$({name})`" for name in names)
    if have:
        fix = Fix(f"write {shown}, which Kubernetes expands", changes, Applicability.SAFE)
    else:
        fix = Fix(f"write {shown} and give the container the variable", (), Applicability.DISPLAY)
    forms = ", ".join(dict.fromkeys(f"`{found[0]}`" for found in FORM.finditer(arguments.without_actions(text))))
    setting = f" in `{item.key}`" if item else ""
    return Finding(
        f"{forms}{setting} is not expanded: no shell reads this command",
        (Place(path, word.span, "stays text here"),),
        (fix,),
        severity=None if have else Severity.WARNING,
        confidence=Confidence.HIGH if have else Confidence.MEDIUM,
        version=workload.version,
    )
