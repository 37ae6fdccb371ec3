"""What a workload's images tell of what they bring."""

from __future__ import annotations

import re

from sparkfix.model import Workload
from sparkfix.spark.mounts import is_stock_image

_EMR = re.compile(r"\bemr\b|emr-containers|/spark/emr", re.IGNORECASE)


def images_of(workload: Workload) -> tuple[str, ...]:
    """The images that a driver may run in: its container's, a resource's, those that properties name."""
    found = [workload.server.image] if workload.server is not None else []
    for block in workload.blocks:
        found += [item.value for item in block.properties if item.key.endswith("container.image")]
        if block.owner is not None:
            routes = (("image",), ("driver", "image"), ("template", "image"), ("template", "driver", "image"))
            found += [block.owner.node.text("spec", *route) for route in routes]
    return tuple(image for image in found if image)


def is_emr(workload: Workload) -> bool:
    """Does a workload run in an image of Amazon EMR, which brings libraries and settings of its own?"""
    return any(_EMR.search(image) for image in images_of(workload))


def is_stock(workload: Workload) -> bool:
    """Does a workload run in one of Spark's own images, whose files are known?"""
    images = images_of(workload)
    return bool(images) and all(map(is_stock_image, images))
