# SPDX-License-Identifier: MIT
"""A program that was kept from running for a while, as on a busy machine, does not take its own
absence for its peer's: nothing is sent twice on the stage emu. emu_stall.py SMCLAB
"""
import json
import signal
import subprocess
import sys
import tempfile
import time

SCENARIO = """
version: 1
name: stalled
nodes: [client, server]
links: [{endpoints: [client:r0, server:r0]}]
workloads: [{type: stream, from: client, to: server, bytes: 256MiB, write: 256KiB, read: 256KiB}]
"""
# Longer than an RNIC waits for an answer (134 ms).
ABSENCE_S = 0.3
ABSENCES = 5


def main(smclab):
    with tempfile.NamedTemporaryFile("w", suffix=".smc.yml") as file:
        file.write(SCENARIO)
        file.flush()
        command = [smclab, "run", "--stage", "emu", "--json", file.name]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        absences = 0
        time.sleep(0.3)
        while run.poll() is None and absences < ABSENCES:
            run.send_signal(signal.SIGSTOP)
            time.sleep(ABSENCE_S)
            run.send_signal(signal.SIGCONT)
            absences += 1
            time.sleep(0.1)
        report = json.loads(run.communicate()[0])
    twice = report["hosts"]["client"]["retransmissions"]
    print(f"{absences} absences, {twice} frames sent again")
    return 0 if report["passed"] and absences > 0 and twice == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
