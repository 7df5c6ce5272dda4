"""Times commands side by side: every round runs each of them once, in an order of its own.

Standard input: {"runs": n, "env": {...}, "variants": [{"name": ..., "argv": [...]}, ...]}; "{dir}" in argv is an empty
folder made for that one run. Standard output: the same names with the median and the least wall time (milliseconds),
the median CPU time of the process and its children (milliseconds) and the largest memory (megabytes).
"""

import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path


def run_once(argv: list[str], env: dict[str, str], folder: Path) -> tuple[float, float, float]:
    """Runs one command to its end: wall ms, CPU ms, memory in MB."""
    folder.mkdir(parents=True)
    argv = [part.replace("{dir}", str(folder)) for part in argv]
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        silence = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(silence, descriptor)
        os.chdir(folder)
        os.execve(argv[0], argv, env)
    _, status, usage = os.wait4(child, 0)
    wall = (time.perf_counter() - start) * 1000
    if status != 0:
        sys.exit(f"this command ended with {os.waitstatus_to_exitcode(status)}: {' '.join(argv)}")
    return wall, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1024


def main() -> None:
    """Measures what standard input names."""
    order = json.load(sys.stdin)
    # Memory as disk: file creation on a busy disk swings two- to threefold.
    root = Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    samples: dict[str, list[tuple[float, float, float]]] = {variant["name"]: [] for variant in order["variants"]}
    try:
        for turn in range(-1, order["runs"]):
            for variant in random.sample(order["variants"], len(order["variants"])):
                sample = run_once(variant["argv"], order["env"], root / "work" / "project")
                shutil.rmtree(root / "work")
                # The first round only warms the disk cache.
                if turn >= 0:
                    samples[variant["name"]].append(sample)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    json.dump([summarise(name, rows) for name, rows in samples.items()], sys.stdout)


def summarise(name: str, rows: list[tuple[float, float, float]]) -> dict[str, object]:
    """One variant's figures."""
    walls, processor, memory = zip(*rows, strict=True)
    return {
        "name": name,
        "wall": statistics.median(walls),
        "least": min(walls),
        "cpu": statistics.median(processor),
        "memory": max(memory),
    }


main()
