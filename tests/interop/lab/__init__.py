# SPDX-License-Identifier: MIT
"""The kernel laboratory."""
from . import faults
from .capture import capture
from .lab import Lab
from .needs import Missing
from .running import Done, GuestGone, LabError, Running
from .smc import peer, results

__all__ = ["Done", "GuestGone", "Lab", "LabError", "Missing", "Running", "capture", "faults",
           "peer", "results"]
