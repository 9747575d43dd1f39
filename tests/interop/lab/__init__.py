# SPDX-License-Identifier: MIT
"""The kernel laboratory: Debian's 6.12 kernel with SMC-R over soft-RoCE, in one or two machines
that QEMU emulates. What tests use of it:

    with Lab(machines=2) as lab:            # a and b on a wire, 10.0.0.1 and 10.0.0.2
    with Lab(machines=1, tap=True) as lab:  # a and a network namespace of this host: lab.host,
                                            # which is also lab.b; its device is tap0
    Lab(machines=2, links=2)                # a second wire: eth1 or tap1, 10.0.0.11 and .12

        lab.smc_up()                        # soft-RoCE, smc, a UEID in all machines; with_v1=True
        lab.a.smc.up(ueid=None, links=0)    # or one by one; .down() .set(rmem=16384)
        lab.a.smc.sockets()                 # what smc_diag tells; .links() .groups() .stats()

        done = lab.a.run("uname -a")        # words or a shell script: .code .out .err, .check()
        job = lab.a.start(["sleep", "9"])   # .wait_for("text") .poll() .end() .kill() .wait(60)
        lab.host.start([...])               # the same in the namespace of this host
        lab.a.put(path)                     # a file into the machine: its path there
        lab.a.path("name")                  # where this host sees the machine's /lab/name
        lab.a.bring("build/default/smclab") # our program and its libraries: its words there

        with capture(lab.a, folder / "x.pcap", "eth0"):      # or lab.host, "tap0"
            server = lab.a.start(peer(lab.a, "server")).wait_for("listening")
            client = lab.b.run(peer(lab.b, "client", "10.0.0.1", "--mode", "both"))
        results(client)                     # what smcpeer printed (protocol: guest/exchange.h)

        with faults.netem(lab.a, "loss 3%"):                 # also roce_lost, link_down, frozen
            ...
        lab.a.kill()                        # pulls the plug; GuestGone is raised by what follows

Missing says what this machine lacks; a test prints it and skips. When the block ends, however it
ends, machines, taps, namespace and folder are gone.
"""
from . import faults
from .capture import capture
from .lab import Lab
from .needs import Missing
from .running import Done, GuestGone, LabError, Running
from .smc import peer, results

__all__ = ["Done", "GuestGone", "Lab", "LabError", "Missing", "Running", "capture", "faults",
           "peer", "results"]
