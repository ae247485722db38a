"""`hanok bench`: what lists cost beside a bare handler, jobs beside bare rows, and what compiling costs.

Everything that is compared runs in one process and in turns, so that what else the machine does hits all alike. Only
ratios mean something elsewhere; milliseconds are of this machine and this hour.
"""

from hanok.cli.bench.command import bench

__all__ = ["bench"]
