"""Custom resources of Spark operators: where each keeps properties, and which property each field becomes."""

from sparkfix.spark.resources.lookup import (
    KINDS,
    belongs_to_resource,
    denial_of,
    field_at,
    leads_to_field,
    overrides,
    resource_of,
    route_of,
    spellings,
    type_problem,
)
from sparkfix.spark.resources.tables import CARRIER, RESOURCES, Field, Kind, Resource, Route

__all__ = [
    "CARRIER",
    "KINDS",
    "RESOURCES",
    "Field",
    "Kind",
    "Resource",
    "Route",
    "belongs_to_resource",
    "denial_of",
    "field_at",
    "leads_to_field",
    "overrides",
    "resource_of",
    "route_of",
    "spellings",
    "type_problem",
]
