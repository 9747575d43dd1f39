# SPDX-License-Identifier: MIT
"""The differences between a conversation of ours and the kernel's own of the same workload that
have a reason. docs/interop.md tells each by its name. What `smclab compare` finds beside these is
a fault of ours until shown otherwise, and one that is found no more has to leave this list.
"""
import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Explained:
    name: str  # of its row in docs/interop.md
    pattern: str  # of "where: what"; A is the kernel's capture
    roles: tuple  # ours in which this must occur

    def fits(self, told):
        return re.fullmatch(self.pattern, told) is not None


# A host of ours has one link a group so far. As a client it offers what the kernel offers and
# rejects the second link as a kernel with one device does; a server of ours would have to ask.
SERVER_SETS_MAX_LINKS = Explained(
    "one link a group",
    r"(connection 1, CLC: first_contact_extension\.|link group 1, link 1, LLC .*: )"
    r"max_links is 2 in A, 1 in B",
    ("server",))
SERVER_ASKS_FOR_NO_LINK = Explained(
    "one link a group", r"link group 1, link 1, LLC .*: add_link( response)? is in A only",
    ("server",))

ALL = (SERVER_SETS_MAX_LINKS, SERVER_ASKS_FOR_NO_LINK)
