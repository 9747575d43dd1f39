# SPDX-License-Identifier: MIT
"""A network namespace of its own for a test of the stage emu: nobody else has its ports, and its
loopback has the IPv6 addresses that `smclab setup loopback` gives.
"""
import os
import subprocess
import sys

INSIDE = "SMCLAB_OWN_NETWORK"


def lacks_address(done):
    """Whether a run ended because this machine's loopback lacks IPv6 addresses, which it has in a
    namespace: elsewhere the file is skipped by name.
    """
    return done.returncode == 3 and "smclab setup loopback" in done.stderr


def enter(smclab):
    """Goes on in such a namespace; where none can be had, says so and goes on here."""
    if os.environ.get(INSIDE):
        return
    unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    ready = 'ip link set lo up && "$0" setup loopback >/dev/null && exec "$@"'
    command = [*unshare, "sh", "-c", ready, smclab]
    try:
        tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError as missing:
        print(f"no network of its own: {missing}", flush=True)
        return
    if tried.returncode != 0:
        print(f"no network of its own: {tried.stderr.strip()}", flush=True)
        return
    os.environ[INSIDE] = "yes"
    os.execvp(command[0], [*command, sys.executable, "-B", *sys.argv])
