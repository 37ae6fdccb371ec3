"""Properties that hold a size, and what becomes of a size that is written as Kubernetes writes it.

The keys are those whose entry refuses `zz~zz` with `Size must be specified as bytes (b), kibibytes (k), …` in the
registries of Spark 3.5.8 and 4.1.1, with the two old names of the memory overhead.
"""

from __future__ import annotations

import re
from decimal import Decimal

from sparkfix.units import format_size

SIZE_KEYS = frozenset(
    [
        "spark.broadcast.UDFCompressionThreshold",
        "spark.broadcast.blockSize",
        "spark.buffer.pageSize",
        "spark.buffer.write.chunkSize",
        "spark.connect.execute.reattachable.observerRetryBufferSize",
        "spark.connect.execute.reattachable.senderMaxStreamSize",
        "spark.connect.grpc.arrow.maxBatchSize",
        "spark.connect.grpc.maxInboundMessageSize",
        "spark.connect.grpc.maxMetadataSize",
        "spark.connect.maxPlanSize",
        "spark.connect.session.connectML.mlCache.memoryControl.maxInMemorySize",
        "spark.connect.session.connectML.mlCache.memoryControl.maxModelSize",
        "spark.connect.session.connectML.mlCache.memoryControl.maxStorageSize",
        "spark.connect.session.resultChunking.maxChunkSize",
        "spark.driver.maxResultSize",
        "spark.driver.memory",
        "spark.driver.memoryOverhead",
        "spark.driver.minMemoryOverhead",
        "spark.eventLog.buffer.kb",
        "spark.eventLog.rolling.maxFileSize",
        "spark.executor.memory",
        "spark.executor.memoryOverhead",
        "spark.executor.minMemoryOverhead",
        "spark.executor.pyspark.memory",
        "spark.files.maxPartitionBytes",
        "spark.files.openCostInBytes",
        "spark.history.fs.endEventReparseChunkSize",
        "spark.history.store.hybridStore.maxMemoryUsage",
        "spark.history.store.maxDiskUsage",
        "spark.io.compression.lz4.blockSize",
        "spark.io.compression.snappy.blockSize",
        "spark.io.compression.zstd.bufferSize",
        "spark.io.warning.largeFileThreshold",
        "spark.kryoserializer.buffer",
        "spark.kryoserializer.buffer.max",
        "spark.memory.offHeap.size",
        "spark.network.maxRemoteBlockSizeFetchToMem",
        "spark.reducer.maxSizeInFlight",
        "spark.shuffle.accurateBlockThreshold",
        "spark.shuffle.file.buffer",
        "spark.shuffle.file.merge.buffer",
        "spark.shuffle.localDisk.file.output.buffer",
        "spark.shuffle.mapOutput.minSizeForBroadcast",
        "spark.shuffle.push.maxBlockBatchSize",
        "spark.shuffle.push.maxBlockSizeToPush",
        "spark.shuffle.push.minShuffleSizeToWait",
        "spark.shuffle.sort.initialBufferSize",
        "spark.shuffle.spill.diskWriteBufferSize",
        "spark.shuffle.spill.initialMemoryThreshold",
        "spark.shuffle.spill.maxSizeInBytesForSpillThreshold",
        "spark.shuffle.unsafe.file.output.buffer",
        "spark.sql.adaptive.advisoryPartitionSizeInBytes",
        "spark.sql.adaptive.autoBroadcastJoinThreshold",
        "spark.sql.adaptive.coalescePartitions.minPartitionSize",
        "spark.sql.adaptive.maxShuffledHashJoinLocalMapThreshold",
        "spark.sql.adaptive.shuffle.targetPostShuffleInputSize",
        "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes",
        "spark.sql.autoBroadcastJoinThreshold",
        "spark.sql.cartesianProductExec.buffer.spill.size.threshold",
        "spark.sql.defaultSizeInBytes",
        "spark.sql.execution.arrow.localRelationThreshold",
        "spark.sql.execution.arrow.maxBytesPerBatch",
        "spark.sql.execution.arrow.maxBytesPerOutputBatch",
        "spark.sql.files.maxPartitionBytes",
        "spark.sql.files.openCostInBytes",
        "spark.sql.inMemoryColumnarStorage.hugeVectorThreshold",
        "spark.sql.maxBroadcastTableSize",
        "spark.sql.maxPlanStringLength",
        "spark.sql.maxSinglePartitionBytes",
        "spark.sql.optimizer.runtime.bloomFilter.applicationSideScanSizeThreshold",
        "spark.sql.optimizer.runtime.bloomFilter.creationSideThreshold",
        "spark.sql.planner.pythonExecution.memory",
        "spark.sql.session.localRelationChunkSizeLimit",
        "spark.sql.session.localRelationSizeLimit",
        "spark.sql.sessionWindow.buffer.spill.size.threshold",
        "spark.sql.sortMergeJoinExec.buffer.spill.size.threshold",
        "spark.sql.windowExec.buffer.spill.size.threshold",
        "spark.storage.decommission.shuffleBlocks.maxDiskSize",
        "spark.storage.memoryMapThreshold",
        "spark.task.maxDirectResultSize",
        "spark.ui.requestHeaderSize",
        "spark.unsafe.sorter.spill.reader.buffer.size",
        "spark.yarn.am.finalMessageLimit",
        "spark.yarn.am.memory",
        "spark.yarn.am.memoryOverhead",
        "spark.yarn.driver.memoryOverhead",
        "spark.yarn.executor.memoryOverhead",
    ]
)
_QUANTITY = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?|(?P<action>\{\{[^{}]*\}\}))[ \t]*(?P<unit>[kmgtp])ib?", re.IGNORECASE
)
_KIBI = 1024


def is_kubernetes_size(text: str) -> bool:
    """Is a size written with a unit of Kubernetes (`4Gi`), which Spark does not know?"""
    return bool(_QUANTITY.fullmatch(text.strip()))


def as_spark_size(text: str) -> str:
    """The same size as Spark and the JVM read it (`4g`, `1536m`); empty if it is no whole number of KiB.

    A template action in the place of the number stays as it is.
    """
    found = _QUANTITY.fullmatch(text.strip())
    if found is None:
        return ""
    unit = found["unit"].lower()
    if found["action"]:
        return found["action"] + unit
    number = Decimal(found["number"])
    if number == number.to_integral_value():
        return f"{int(number)}{unit}"
    size = number * _KIBI ** ("kmgtp".index(unit) + 1)
    return format_size(int(size)) if size % _KIBI == 0 else ""
