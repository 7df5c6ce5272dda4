"""Which registered version serves, and whether a new model is good enough to follow it. Pure decisions, no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from settings import Metric


@dataclass(frozen=True)
class Version:
    """A registered version and the metrics it was registered with."""

    number: int
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Verdict:
    """What the gate decided, and the numbers it looked at."""

    outcome: str
    candidate: float
    current: float | None = None
    current_version: int | None = None
    gain: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the candidate may serve."""
        return self.outcome != "not-better"


def pick(versions: Sequence[Version], select: str | int, metric: Metric) -> Version | None:
    """The version in service: the newest, the best by the metric (the newest of equals), or the one that is named.

    Versions that lack the metric cannot be the best. `None` if nothing is registered.
    """
    if not versions:
        return None
    if isinstance(select, int):
        named = next((version for version in versions if version.number == select), None)
        if named is None:
            known = ", ".join(str(number) for number in sorted(version.number for version in versions))
            raise LookupError(f"mlops.yaml selects version {select}; registered are: {known}")
        return named
    if select == "latest":
        return max(versions, key=lambda version: version.number)
    scored = [version for version in versions if metric.name in version.metrics]
    if not scored:
        raise LookupError(f"mlops.yaml selects the best by {metric.name!r}, but no registered version has it")
    sign = 1 if metric.goal == "maximize" else -1
    return max(scored, key=lambda version: (sign * version.metrics[metric.name], version.number))


def judge(candidate: float, current: float | None, version: int | None, metric: Metric) -> Verdict:
    """`current` is measured on the same hold-out as the candidate; `None` if there is nothing to compare with.

    With a version but without a number the columns have changed: the old model cannot answer the new requests.
    """
    if version is None:
        return Verdict("first-model", candidate)
    if current is None:
        return Verdict("contract-changed", candidate, current_version=version)
    gain = metric.gain(candidate, current)
    better = gain > 0 and gain >= metric.minimum_gain
    return Verdict("better" if better else "not-better", candidate, current, version, gain)
