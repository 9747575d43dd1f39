# SPDX-License-Identifier: MIT
"""The differences between a conversation of ours and the kernel's own of the same workload that
have a reason. docs/interop.md tells each reason in a row of its own. What `smclab compare` finds
beside these is a fault of ours until shown otherwise, and one that is found no more has to leave
this list.
"""
import collections
import dataclasses
import json
import re
import subprocess


@dataclasses.dataclass(frozen=True)
class Explained:
    name: str  # of its row in docs/interop.md
    within: str  # pattern: the conversations of ours that differ so
    told: str  # pattern: "where: what", as compare tells it; A is the kernel's


# Ours have one link a group so far. A client offers what the kernel offers, and rejects the second
# link as a kernel with one device does; a server has to ask for it, and ours does not.
OURS_BOTH = r"(world|emu) v\d (?!03).*"
OURS_SERVER = r"v\d (?!fallback).*, ours the server"
ALL = (
    Explained("one link a group", f"{OURS_BOTH}|{OURS_SERVER}",
              r"link group 1, link 1, LLC .*: add_link( response)? is in A only"),
    Explained("one link a group", "v2 (?!fallback).*, ours the server",
              r"(connection \d, CLC: first_contact_extension\.|link group 1, link 1, LLC .*: )"
              r"max_links is 2 in A, 1 in B"),
    Explained("before or behind the fault", ".* v2 03g-fallback-roce-blackholed",
              r"link group 1, link 1, LLC responses to the server: "
              r"confirm_link response is in B only"),
)


class Judge:
    """Holds what compare tells against what is explained."""

    def __init__(self, smclab):
        self.smclab = smclab
        self.compared = []
        self.unexplained = 0
        self._seen = collections.Counter()

    def compare(self, kernels, ours, name):
        """`ours` is a capture or a run's folder; `name` is what Explained.within is about."""
        command = [str(self.smclab), "compare", "--all", "--json", str(kernels), str(ours)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        self.compared.append(name)
        differences = json.loads(done.stdout)["differences"]
        found = [self._explain(difference, name) for difference in differences]
        reasons = sorted({entry.name for entry in found if entry})
        words = f"explained: {', '.join(reasons)}" if reasons else "no difference"
        print(f"{'DIFFERS' if None in found else 'same   '} {name}: {words}", flush=True)

    def _explain(self, difference, name):
        told = f"{difference['where']}: {difference['what']}"
        for entry in ALL:
            if re.fullmatch(entry.within, name) and re.fullmatch(entry.told, told):
                self._seen[entry, name] += 1
                return entry
        self.unexplained += 1
        print(f"  unexplained: {told}")
        for side in "ab":
            if difference[side]:
                print(f"    {side.upper()} {difference[side]['message']}")
        return None

    def good(self):
        """Nothing is unexplained, and nothing explained in vain; prints what is."""
        vain = [(entry, name) for entry in ALL for name in self.compared
                if re.fullmatch(entry.within, name) and not self._seen[entry, name]]
        for entry, name in vain:
            print(f"explained as '{entry.name}', and not found any more: {entry.told} in {name}")
        print(f"conversations: {len(self.compared)} compared, {self.unexplained} differences "
              f"unexplained, {len(vain)} explained in vain")
        return bool(self.compared) and not self.unexplained and not vain
