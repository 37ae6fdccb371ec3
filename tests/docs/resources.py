"""The tables of `docs/custom-resources.md`: which field of which resource becomes which property."""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.spark.resources import RESOURCES, Field, Kind, Resource

_COUNTS = {True: "the field", False: "`sparkConf`"}


def resources() -> str:
    """One section for each kind of resource."""
    return "\n".join(line for resource in RESOURCES for line in _resource(resource))


def _resource(resource: Resource) -> Iterator[str]:
    versions = ", ".join(f"`{group}/{version}`" for group in resource.groups for version in resource.versions)
    yield f"## {resource.kind} of {resource.operator}"
    yield ""
    maps = ", ".join(f"`{'.'.join((*resource.root, *route))}`" for route in resource.conf)
    yield f"{versions}. Specification: `{'.'.join(resource.root)}`. Properties stand in {maps}."
    yield ""
    alike = _same_fields(resource)
    if alike is not None:
        yield f"The fields are those of {alike.kind} of {alike.operator}."
        yield ""
    elif resource.fields:
        yield "| field | property | counts where both are set | |"
        yield "|---|---|---|---|"
        yield from map(_row, resource.fields)
        yield ""
    if resource.others and alike is None:
        yield "| other fields | become |"
        yield "|---|---|"
        yield from (
            f"| {', '.join(f'`{one}`' for one in _names(names))} | {what} |" for names, what in resource.others.items()
        )
        yield ""
    if resource.denied and alike is None:
        yield "Releases after 2.5.2 refuse in `sparkConf`, as well as any other namespace than the resource's own:"
        yield ""
        for key, route in resource.denied.items():
            yield f"* `{key}`" + (f", for which there is `{'.'.join(route)}`" if route else "")
        yield ""


def _same_fields(resource: Resource) -> Resource | None:
    """The resource above that has the same fields."""
    first = next(one for one in RESOURCES if one.fields == resource.fields)
    return first if first is not resource and resource.fields else None


def _row(field: Field) -> str:
    takes = "" if field.kind is Kind.TEXT else f"takes {field.kind.value}"
    return f"| `{field.name}` | `{field.key}` | {_COUNTS[field.wins]} | {field.made or takes} |"


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]
