"""What a rule may import: the model's types, the `@rule` decorator, and Spark facts. Nothing else of the engine."""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence

from sparkfix.guards import can_hold_together
from sparkfix.model import (
    Add,
    AddComment,
    AddEnv,
    AddField,
    AddInitContainer,
    AddItem,
    AddProbe,
    Applicability,
    Change,
    Command,
    CommentOut,
    Confidence,
    Container,
    CustomResource,
    Finding,
    Fix,
    KubernetesObject,
    Node,
    Options,
    Place,
    Property,
    PropertyBlock,
    Remove,
    RenameKey,
    Role,
    Rule,
    Service,
    SetField,
    SetValue,
    SetWords,
    Severity,
    SparkVersion,
    Variant,
    Word,
    Workload,
    exclusive,
    implies,
)
from sparkfix.spark import (
    accounts,
    allocation,
    arguments,
    clustermode,
    conf,
    connect,
    contests,
    daemons,
    denials,
    eventlog,
    exposure,
    images,
    javaoptions,
    keys,
    likeness,
    links,
    memory,
    mounts,
    names,
    networking,
    paths,
    ports,
    probes,
    rbac,
    readers,
    secrets,
    settings,
    sizes,
    sources,
    texts,
    variables,
)
from sparkfix.spark.contests import Contest
from sparkfix.spark.facts import (
    CONNECT_CLASS,
    CONNECT_PORT,
    Launch,
    as_submit,
    is_own_program,
    is_resource,
    launch_of,
    master_kind,
    reads_properties_file,
)

__all__ = [
    "CONNECT_CLASS", "CONNECT_PORT", "Add", "AddComment", "AddEnv", "AddField", "AddInitContainer", "AddItem",
    "AddProbe", "Applicability", "Change", "Command", "CommentOut", "Confidence", "Container", "Contest",
    "CustomResource", "Finding", "Fix", "KubernetesObject", "Launch", "Node", "Options", "Place", "Property",
    "PropertyBlock", "Remove", "RenameKey", "Role", "Rule", "Service", "SetField", "SetValue", "SetWords", "Severity",
    "SparkVersion", "Variant", "Word", "Workload", "accounts", "allocation", "arguments", "as_submit",
    "can_hold_together", "clustermode", "conf", "connect", "contests", "daemons", "denials", "eventlog", "exclusive",
    "exposure", "images", "implies", "is_own_program", "is_resource", "javaoptions", "keys", "launch_of", "likeness",
    "links", "master_kind", "memory", "mounts", "names", "networking", "paths", "ports", "probes", "rbac", "readers",
    "reads_properties_file", "rule", "secrets", "settings", "sizes", "sources", "texts", "variables",
]  # fmt: skip

Check = Callable[..., Iterable[Finding]]


def rule(
    *,
    severity: str,
    mentions: Sequence[bytes] = (b"spark.",),
    requires: Sequence[bytes] = (),
    since: str = "",
    before: str = "",
    options: Mapping[str, str] | None = None,
    solutions: int = 1,
    rendered: bool = True,
    derived: bool = True,
) -> Callable[[Check], Rule]:
    """Make a rule of a generator function.

    The function's name is the rule's id (with dashes), its module's docstring is the rule's page, and the type of its
    first parameter (`PropertyBlock`, `Workload`, `Command` or `CustomResource`) says what it is called with. A second
    parameter, if there is one, receives `options` with what the user set by `--set`. `solutions` is the highest solution number.
    Without `rendered` the rule speaks of how files are written, and does not look at what they are rendered to.
    Without `derived` it does not look at renderings with values that no file gives: there a setting may be missing in a
    combination of values that nobody has.
    """

    def make(check: Check) -> Rule:
        hints = typing.get_type_hints(check)
        first = next(iter(inspect.signature(check).parameters))
        return Rule(
            id=check.__name__.replace("_", "-"),
            severity=Severity(severity),
            subject=hints[first],
            check=check,
            page=inspect.cleandoc(sys.modules[check.__module__].__doc__ or ""),
            mentions=tuple(mentions),
            requires=tuple(requires),
            since=since,
            before=before,
            options=dict(options or {}),
            solutions=solutions,
            rendered=rendered,
            derived=derived,
        )

    return make
