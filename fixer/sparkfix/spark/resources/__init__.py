"""Custom resources of Spark operators: where each keeps properties, and which property each field becomes."""

from sparkfix.spark.resources.lookup import (
    KINDS,
    Index,
    belongs_to_resource,
    field_at,
    field_of,
    index_of,
    overrides,
    resource_of,
    route_of,
    spellings,
    twin_at,
    type_problem,
)
from sparkfix.spark.resources.tables import CARRIER, RESOURCES, Field, Kind, Resource, Route

__all__ = [
    "CARRIER",
    "KINDS",
    "RESOURCES",
    "Field",
    "Index",
    "Kind",
    "Resource",
    "Route",
    "belongs_to_resource",
    "field_at",
    "field_of",
    "index_of",
    "overrides",
    "resource_of",
    "route_of",
    "spellings",
    "twin_at",
    "type_problem",
]
