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

    def client_words(self):
        words = ["--port", PORT, "--connections", self.connections, *self.client]
        return words if self.connections == 1 else [*words, "--in-turn-ms", 200]

    def server_words(self):
        return ["--port", PORT, "--connections", self.connections]


ECHO = Workload("echo", ("--mode", "echo", "--bytes", 500))
BULK = Workload("bulk", ("--mode", "both", "--bytes", 1 << 20))
HALF_CLOSE = Workload("half-close", ("--mode", "both", "--half-close", "--bytes", 200_000))
SEVERAL = Workload("several-connections", ("--mode", "both", "--bytes", 50_000), connections=4)
_FALLEN_BACK = ("--mode", "both", "--bytes", 100_000)
OTHER_UEID = Workload("fallback-other-ueid", _FALLEN_BACK, client_ueid="ANOTHER-UEID",
                      over_smc=False)
PLAIN_SERVER = Workload("fallback-plain-server", _FALLEN_BACK, plain="server", over_smc=False)
PLAIN_CLIENT = Workload("fallback-plain-client", _FALLEN_BACK, plain="client", over_smc=False)

ALL = (ECHO, BULK, HALF_CLOSE, SEVERAL, OTHER_UEID, PLAIN_SERVER, PLAIN_CLIENT)
SUBSET = (ECHO, SEVERAL, OTHER_UEID)
