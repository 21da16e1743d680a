"""Medians, percentiles and how they print."""

import math
from statistics import median


def percentile(values, share):
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def time(seconds):
    """Three significant digits in the unit that suits."""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def spread(values):
    """Median and range of times."""
    return f"{time(median(values))} ({time(min(values))} – {time(max(values))})"


def memory(size):
    return f"{size / 2**20:.1f} MiB"
