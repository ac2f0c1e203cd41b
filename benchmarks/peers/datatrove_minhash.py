"""Worker of benchmarks/near_duplicates.py: datatrove's four MinHash stages with its defaults, one task, one worker.

Run by the Python of an environment with ``datatrove[processing]``, ``spacy`` and ``xxhash<4``. Prints one JSON line.
"""

import json
import resource
import struct
import sys
import time
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter


def run(folder: Path) -> None:
    """Signatures, buckets, clusters, filter."""
    work = folder / "datatrove"
    config = MinhashConfig()
    reader = JsonlReader(str(folder / "jsonl"))
    signatures, buckets, removed = (str(work / name) for name in ("signatures", "buckets", "remove"))
    stages = [
        ([reader, MinhashDedupSignature(signatures, config=config)], 1),
        ([MinhashDedupBuckets(signatures, buckets, config=config)], config.num_buckets),
        ([MinhashDedupCluster(buckets, removed, config=config, save_cluster_id=True)], 1),
        ([reader, MinhashDedupFilter(removed), JsonlWriter(str(work / "output"))], 1),
    ]
    for number, (pipeline, tasks) in enumerate(stages):
        logs = str(work / f"logs{number}")
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=logs, skip_completed=False).run()


def main() -> None:
    """Time the run and print clusters, seconds and peak memory."""
    folder = Path(sys.argv[1])
    start, cpu = time.perf_counter(), time.process_time()
    run(folder)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    data = (folder / "datatrove" / "remove" / "000000.clusters").read_bytes()
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    clusters = list(struct.iter_unpack("<2I", data))
    print(json.dumps({"seconds": seconds, "cpu": cpu_seconds, "clusters": clusters, "peak": peak}))


if __name__ == "__main__":
    main()
