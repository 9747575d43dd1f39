# SPDX-License-Identifier: MIT
"""What must not harm us: a kernel that freezes, dies or talks rubbish, a wire that goes down, a
device that disappears, each in mid-transfer. What must come of it is a clear error or an intact
result, and an end: our program ends by itself, in time, and leaves nothing behind.
"""
import contextlib
import time

from cells import MIB, PORT
from lab import faults, results
from stands import OURS, OnVerbs

# Well below the patience of smclab-peer itself, which would end with connections still open, and
# above the 50 s for which rxe may hold a program that destroys a queue pair, while an interface
# keeps its frames (docs/verbs.md).
DEADLINE_S = 75
PROTOCOL = ("--testlink-s", 3, "--patience-s", 120)
ENDLESS = ("--mode", "duplex", "--bytes", 2048 * MIB)
FINITE = ("--mode", "duplex", "--bytes", 8 * MIB)


# --- what must come of it -------------------------------------------------------------------------


def told_or_intact(cell, running, wanted=1, rubbish=False):
    """Each connection is whole, or the application was told that it is not; a whole one of them.
    `rubbish`: one that never came to SMC-R is TCP's, and what comes of it the application's."""
    done = running.wait(DEADLINE_S)
    assert done.code in (0, 1), done
    ended = results(done)
    assert len(ended) == wanted, done
    for one in ended:
        if rubbish and one["transport"] == "tcp":
            assert one["closed"] != "open" and not one["complete"], one
            continue
        assert one["intact"], one  # what was delivered is what was sent, however it ended
        assert one["complete"] or one["closed"] not in ("open", "orderly"), one
    last = next((one for one in ended if one["complete"]), ended[-1])
    cell.note = "intact" if last["complete"] else last["closed"]
    return last


def told(cell, running):
    """What was under way cannot have come to its end: the application was told."""
    last = told_or_intact(cell, running)
    assert not last["complete"], last


@contextlib.contextmanager
def moving(cell, words):
    """Both programs in mid-transfer: (ours, theirs). Theirs is not judged, and ended after."""
    if cell.ours == "server":
        ours = cell.place.start(cell.our_words(*PROTOCOL)).wait_for("listening")
        theirs = cell.kernel.start(cell.their_words(*words))
    else:
        theirs = cell.kernel.start(cell.their_words()).wait_for("listening")
        ours = cell.place.start(cell.our_words(*words, *PROTOCOL))
    try:
        ours.wait_for("moving", 40)
        assert cell.stand.remains(), "what is left behind could not be seen"
        yield ours
    finally:
        ours.kill()
        if cell.kernel.alive and not cell.broken:
            theirs.kill()


# --- the kernel -----------------------------------------------------------------------------------


def kernel_freezes(cell):
    """For good, as far as we can see."""
    cell.broken = True
    with moving(cell, ENDLESS) as ours, faults.frozen(cell.kernel, for_good=True):
        told(cell, ours)


def kernel_freezes_while_we_only_read(cell):
    """Nothing of ours is on its way whose answer would be missed: TEST LINK has to find out."""
    cell.broken = True
    words = ("--mode", "down" if cell.ours == "client" else "up", "--bytes", 2048 * MIB)
    with moving(cell, words) as ours, faults.frozen(cell.kernel, for_good=True):
        told(cell, ours)


def kernel_freezes_for_a_moment(cell):
    with moving(cell, FINITE) as ours:
        with faults.frozen(cell.kernel):
            time.sleep(0.3)
        told_or_intact(cell, ours)


def kernel_crashes(cell):
    """The plug is pulled, and nobody comes back."""
    cell.broken = True
    with moving(cell, ENDLESS) as ours:
        cell.kernel.kill()
        told(cell, ours)


def their_device_disappears(cell):
    cell.broken = True
    with moving(cell, ENDLESS) as ours:
        removal = cell.kernel.start("rdma link delete rxe0")
        told(cell, ours)
        removal.kill()


# --- our wire and our device ----------------------------------------------------------------------


def wire_goes_down(cell):
    cell.broken = True
    with moving(cell, ENDLESS) as ours, faults.link_down(cell.place):
        told(cell, ours)


def wire_goes_down_for_a_moment(cell):
    cell.broken = True  # its IPv6 addresses are gone with it
    with moving(cell, FINITE) as ours:
        with faults.link_down(cell.place):
            time.sleep(0.3)
        told_or_intact(cell, ours)


def our_device_disappears(cell):
    """A kernel may let a device go only when its last user has gone; then it must get rid of it."""
    cell.broken = True
    with moving(cell, FINITE) as ours:
        removal = cell.place.start(cell.stand.device_removal)
        told_or_intact(cell, ours)
        removal.wait(20).check()


def our_interface_disappears(cell):
    """The network interface goes, and the RDMA device on it with it."""
    cell.broken = True
    with moving(cell, ENDLESS) as ours:
        removal = cell.place.start(cell.stand.interface_removal)
        told(cell, ours)
        removal.wait(20).check()


# --- a hostile peer -------------------------------------------------------------------------------


def _hostile(cell, *words):
    return cell.kernel.start([*cell.stand.hostile, *map(str, words)])


def _hostile_clc(cell, what):
    """As a server, ours serves the next one as if nothing had been."""
    if cell.ours == "client":
        hostile = _hostile(cell, "server", PORT, what).wait_for("listening")
        ours = cell.place.start(cell.our_words(*FINITE, *PROTOCOL))
        told(cell, ours)
    else:
        ours = cell.place.start(cell.our_words("--connections", 2, *PROTOCOL))
        ours.wait_for("listening")
        hostile = _hostile(cell, "client", OURS, PORT, what)
        hostile.wait_for("option")
        honest = cell.kernel.run(cell.their_words(*FINITE), DEADLINE_S).check()
        assert results(honest)[0]["transport"] == "smc-r", honest
        last = told_or_intact(cell, ours, wanted=2, rubbish=True)
        assert last["complete"], last
    left = hostile.wait(20).check()
    assert "option on both sides" in left.out and "then:" in left.out, left


def hostile_clc_garbage(cell):
    _hostile_clc(cell, "garbage")


def hostile_clc_truncated(cell):
    _hostile_clc(cell, "truncated")


def hostile_clc_endless(cell):
    _hostile_clc(cell, "endless")


def hostile_clc_odd(cell):
    _hostile_clc(cell, "odd")


def hostile_clc_silent(cell):
    _hostile_clc(cell, "silent")


def hostile_roce(cell):
    """Rubbish at our RNIC, from the address of an honest peer, during its transfer."""
    hostile = _hostile(cell, "roce", OURS)
    try:
        outcome = cell.run(FINITE)
    finally:
        hostile.kill()
    cell.whole(outcome)
    cell.note = "intact"


SUBSET = (kernel_freezes, kernel_crashes, wire_goes_down, our_device_disappears,
          hostile_clc_garbage, hostile_roce)
SUBSET_OF_VERBS = (kernel_freezes, our_device_disappears, hostile_clc_garbage)
ALL = (hostile_clc_garbage, hostile_clc_truncated, hostile_clc_endless, hostile_clc_odd,
       hostile_clc_silent, hostile_roce, kernel_freezes_for_a_moment,
       wire_goes_down_for_a_moment, wire_goes_down, kernel_freezes,
       kernel_freezes_while_we_only_read, kernel_crashes, their_device_disappears,
       our_device_disappears)
# A tap is interface and device in one.
OF_VERBS = (our_interface_disappears,)


def stories(kind, subset=False):
    """All, or those that every check has time for."""
    if subset:
        return SUBSET if kind is not OnVerbs else SUBSET_OF_VERBS
    return ALL + (OF_VERBS if kind is OnVerbs else ())
