# SPDX-License-Identifier: MIT
"""What is played twice, by two kernels and by a host of ours with a kernel: the same words for
smcpeer and for smclab-peer, so the same bytes in the same order.
"""
import dataclasses

PORT = 45_000  # of no protocol that tshark knows: it would find fault with our bytes


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    client: tuple  # words
    connections: int = 1
    client_ueid: str = ""  # another than the server's
    plain: str = ""  # the role that has no SMC
    over_smc: bool = True
    in_turn: bool = True  # connections begin and end one after the other

    def client_words(self):
        words = ["--port", PORT, "--connections", self.connections, *self.client]
        in_turn = self.connections > 1 and self.in_turn
        return [*words, "--in-turn-ms", 200] if in_turn else words

    def server_words(self):
        return ["--port", PORT, "--connections", self.connections]


ECHO = Workload("echo", ("--mode", "echo", "--bytes", 500))
BULK = Workload("bulk", ("--mode", "both", "--bytes", 1 << 20))
HALF_CLOSE = Workload("half-close", ("--mode", "both", "--half-close", "--bytes", 200_000))
SEVERAL = Workload("several-connections", ("--mode", "both", "--bytes", 50_000), connections=4)
# So much that none ends before the last begins.
AT_ONCE = Workload("connections-at-once", ("--mode", "duplex", "--bytes", 500_000), connections=4,
                   in_turn=False)
_FALLEN_BACK = ("--mode", "both", "--bytes", 100_000)
OTHER_UEID = Workload("fallback-other-ueid", _FALLEN_BACK, client_ueid="ANOTHER-UEID",
                      over_smc=False)
PLAIN_SERVER = Workload("fallback-plain-server", _FALLEN_BACK, plain="server", over_smc=False)
PLAIN_CLIENT = Workload("fallback-plain-client", _FALLEN_BACK, plain="client", over_smc=False)

ALL = (ECHO, BULK, HALF_CLOSE, SEVERAL, AT_ONCE, OTHER_UEID, PLAIN_SERVER, PLAIN_CLIENT)
SUBSET = (ECHO, SEVERAL, OTHER_UEID)
