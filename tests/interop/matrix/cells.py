# SPDX-License-Identifier: MIT
"""The cells of the matrix: what is played between smclab-peer (ours, where a stand has it) and
smcpeer (a machine's kernel), and what must come of it.
"""
import json

import witness
from lab import LabError, capture, faults, peer, results
from lab.smc import UEID
from stands import OURS, OnVerbs

MIB = 1 << 20
PATIENCE_S = 60
PORT = 45_000  # of no protocol that tshark knows: it would find fault with our bytes


class Cell:
    """One story, with us as `ours`, the client or the server."""

    def __init__(self, stand, version, ours):
        self.stand, self.version, self.ours = stand, version, ours
        self.kernel, self.place = stand.lab.a, stand.place
        self.seen = []  # messages of the capture
        self.broken = False  # the laboratory is of no further use
        self.note = ""  # what the reader of the totals should know

    def play(self, story, path):
        """With a capture at `path`, held against what strangers make of it."""
        with capture(self.place, path, self.stand.device):
            judge = story(self)
        self.seen = witness.messages(self.stand.smclab, path)
        judge()
        witness.clean(path, has_smc=any(m["layer"] != "tcp_option" for m in self.seen))

    # --- the two programs ---------------------------------------------------------------------

    def our_words(self, *words, ueid=UEID, plain=False):
        protocol = ["--versions", "2", "--ueid", ueid]
        if self.version == "v1":
            protocol = ["--versions", "1", "--link-local-gid"]
        protocol += ["--plain"] if plain else []
        return self.stand.program(self.ours, "--port", PORT, *protocol, *words)

    def their_words(self, *words):
        role = ["server"] if self.ours == "client" else ["client", OURS]
        return peer(self.kernel, *role, "--port", PORT, *words)

    def run(self, client_words, server_words=(), theirs=(), **settings):
        """Both programs to their end: (our results, theirs)."""
        if self.ours == "client":
            serving = self.kernel.start(self.their_words(*server_words, *theirs))
            serving.wait_for("listening")
            ours = self.place.run(self.our_words(*client_words, **settings), PATIENCE_S)
            return results(ours), results(serving.wait(PATIENCE_S))
        serving = self.place.start(self.our_words(*server_words, **settings))
        serving.wait_for("listening")
        asked = self.kernel.run(self.their_words(*client_words, *theirs), PATIENCE_S)
        return results(serving.wait(PATIENCE_S)), results(asked)

    # --- what must have come of it ------------------------------------------------------------

    def whole(self, outcome, transport="smc_r", count=1):
        """Every connection was carried as it should, and both ends hold the same bytes."""
        ours, theirs = outcome
        assert len(ours) == len(theirs) == count, outcome
        names = {"smc_r": "smc-r", "tcp": "tcp"}
        for ended in ours:
            assert ended["transport"] == transport, ended
            assert ended["intact"] and ended["complete"], ended
        for ended in theirs:
            assert ended["transport"] == names[transport], ended
            assert ended["intact"] and ended["end"] == "done", ended
        client, server = (ours, theirs) if self.ours == "client" else (theirs, ours)
        for digest in ("sent_sha256", "received_sha256"):
            other = {"sent_sha256": "received_sha256", "received_sha256": "sent_sha256"}[digest]
            assert sorted(c[digest] for c in client) == sorted(s[other] for s in server), outcome

    def agreed_in_syns(self):
        assert witness.of(self.seen, "syn") and witness.of(self.seen, "syn_ack"), "no option"


def _transfer(cell, *words, server=(), count=1, **settings):
    outcome = cell.run(words, server, **settings)

    def judge():
        cell.whole(outcome, count=count)
        cell.agreed_in_syns()
        versions = {m["version"] for m in witness.of(cell.seen, "accept")}
        assert versions == {2 if cell.version == "v2" else 1}, versions

    return judge


def echo(cell):
    return _transfer(cell, "--mode", "echo", "--bytes", 500)


def both_ways_8_mib(cell):
    return _transfer(cell, "--mode", "both", "--bytes", 8 * MIB)


def half_close(cell):
    judge = _transfer(cell, "--mode", "both", "--half-close", "--bytes", 200_000)

    def with_flag():
        judge()
        done = [m for m in witness.of(cell.seen, "cdc") if m["fields"]["sending_done"]]
        assert done, "no CDC says that sending is done"

    return with_flag


def eight_connections(cell):
    judge = _transfer(cell, "--mode", "duplex", "--bytes", 100_000, "--connections", 8,
                      server=("--connections", 8), count=8)

    def on_one_group():
        judge()
        accepts = witness.of(cell.seen, "accept")
        first = [m for m in accepts if m["fields"]["first_contact"]]
        assert (len(accepts), len(first)) == (8, 1), (len(accepts), len(first))

    return on_one_group


def loss_3_percent(cell):
    with faults.netem(cell.kernel, "loss 3%"):
        return _transfer(cell, "--mode", "both", "--bytes", MIB)


def fallback_they_have_no_smc(cell):
    outcome = cell.run(("--mode", "both", "--bytes", 200_000), theirs=("--family", "tcp"))

    def judge():
        cell.whole(outcome, transport="tcp")
        assert outcome[0][0]["own"] == "peer_has_no_smc", outcome
        assert not [m for m in cell.seen if m["layer"] == "clc"], "SMC-R was spoken"

    return judge


def fallback_we_have_no_smc(cell):
    """The kernel's AF_SMC socket meets plain TCP and says so."""
    outcome = cell.run(("--mode", "both", "--bytes", 200_000), plain=True)

    def judge():
        cell.whole(outcome, transport="tcp")
        assert outcome[1][0]["fallback_reason"] == "0x03010000", outcome
        assert not [m for m in cell.seen if m["layer"] == "clc"], "SMC-R was spoken"

    return judge


def fallback_other_eid(cell):
    outcome = cell.run(("--mode", "both", "--bytes", 200_000), ueid="ANOTHER-EID")

    def judge():
        cell.whole(outcome, transport="tcp")
        (decline,) = witness.of(cell.seen, "decline")
        assert decline["fields"]["diagnosis"] == "0x03030000", decline

    return judge


def killed_they_are(cell):
    """A kernel flushes for a dead program and closes in order; ours sees an end, not a hang."""
    words = ("--mode", "up" if cell.ours == "server" else "down", "--bytes", 64 * MIB)
    ours, _ = cell.run(words, theirs=("--die-after", 2 * MIB))

    def judge():
        (ended,) = ours
        assert ended["transport"] == "smc_r" and not ended["complete"], ended
        assert ended["intact"] and ended["closed"] != "open", ended

    return judge


def killed_we_are(cell):
    """The whole host of ours dies, RNIC and all: the kernel tells its program, soon."""
    words = ("--mode", "down" if cell.ours == "client" else "up", "--bytes", 512 * MIB)
    if cell.ours == "client":
        theirs = cell.kernel.start(cell.their_words()).wait_for("listening")
        ours = cell.place.start(cell.our_words(*words))
    else:
        ours = cell.place.start(cell.our_words()).wait_for("listening")
        theirs = cell.kernel.start(cell.their_words(*words))
    ours.wait_for("moving").kill()
    try:
        told = results(theirs.wait(PATIENCE_S))
    except LabError as hangs:
        raise AssertionError(f"the kernel's program is not told: {hangs}") from hangs

    def judge():
        (ended,) = told
        assert ended["transport"] == "smc-r" and ended["end"] != "done", json.dumps(told)

    return judge


SUBSET = (echo, both_ways_8_mib, half_close, eight_connections, fallback_they_have_no_smc,
          fallback_we_have_no_smc)
SUBSET_OF_VERBS = (echo, both_ways_8_mib, eight_connections, fallback_they_have_no_smc)
REST = (loss_3_percent, killed_they_are, killed_we_are)
# Version 1 has no enterprise ids that could differ.
OF_V2 = (fallback_other_eid,)


def stories(version, subset, kind):
    """What is played, those behind which a kernel may hang on to a socket last; of the subset on
    verbs only what concerns the RNIC."""
    if subset and kind is OnVerbs:
        return SUBSET_OF_VERBS
    first = SUBSET + (OF_V2 if version == "v2" else ())
    return first if subset else first + REST
