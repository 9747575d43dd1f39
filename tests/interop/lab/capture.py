# SPDX-License-Identifier: MIT
"""tcpdump in a machine or on the tap, listening before the block begins and whole when it ends."""
import contextlib
import re
import shutil
import time

from .running import LabError, wait_until

FILTER = "tcp or udp port 4791"
_SETTLE_S = 0.3  # without a frame, and the wire is silent


@contextlib.contextmanager
def capture(place, target, device, only=FILTER):
    """`place` is a Machine or a Host; `target` is where the capture stands afterwards."""
    name = f"{device}-{target.stem}.pcap"
    # --immediate-mode: otherwise the last frames stay in the kernel's ring when tcpdump ends. The
    # file is in the machine's memory first: the share is too slow for every frame.
    # The ring has places of one size, that of the longest frame it may have to take (-s).
    words = ["tcpdump", "--immediate-mode", "-B", "65536", "-Z", "root", "-n", "-s", "2048"]
    tcpdump = place.start([*words, "-i", device, "-w", f"{place.scratch}/{name}", only])
    tcpdump.wait_for("listening on")
    try:
        yield
        _until_silent(place, device)
    finally:
        tcpdump.end()
        tcpdump.wait(20)
    if place.scratch != str(place.inside_path("")).rstrip("/"):
        place.run(["mv", f"{place.scratch}/{name}", place.inside_path(name)]).check()
    shutil.move(place.path(name), target)
    lost = re.search(r"(\d+) packets dropped", tcpdump.err)
    if not lost or int(lost[1]) > 0:
        raise LabError(f"the capture is not whole: {tcpdump.err}")


def _until_silent(place, device):
    """RoCE's last answers come after the programs have ended."""
    counters = f"cat /sys/class/net/{device}/statistics/[rt]x_packets"

    def silent():
        before = place.run(counters).out
        time.sleep(_SETTLE_S)
        return place.run(counters).out == before

    wait_until(silent, 10, f"{device} to fall silent")
