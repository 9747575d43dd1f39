#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""smclab vm: machines with a Linux kernel that has SMC-R, to use by hand (docs/interop.md).

`up` starts them and returns; `run` runs a command in one and ends with its exit code; `down` ends
them and leaves nothing behind.
"""
import argparse
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from lab import GuestGone, Lab, LabError, Missing, places  # noqa: E402

OK, USAGE, CANNOT, INTERRUPTED = 0, 2, 3, 130


def say(text):
    print(f"smclab vm: {text}", file=sys.stderr)


def standing():
    """The laboratory that `up` has left, or None."""
    folder = places.named_session()
    return Lab.attach(folder) if (folder / "lab.json").exists() else None


def up(options):
    lab = standing()
    if lab and any(machine.alive for machine in lab.machines):
        names = ", ".join(machine.name for machine in lab.machines)
        say(f"already up: {names}; 'smclab vm down' ends them")
        return USAGE
    if lab:
        say("the machines of the last 'up' have ended; clearing up after them")
        lab.down()
    tap = options.segment == "tap"
    machines = options.machines or (1 if tap else 2)
    if tap and machines != 1:
        say("a tap joins one machine with this host: --machines 1")
        return USAGE
    started = time.monotonic()
    lab = Lab(machines, tap, options.links, folder=places.named_session(), lasting=True,
              owner=f"vm-{os.getuid()}")
    if options.with_v1:
        say("looking for the module for SMC-Rv1; building it takes minutes")
        lab.v1_module()
    try:
        lab.up()
        wired = options.links if tap or machines == 2 else 0
        if not options.without_smc:
            # With a UEID the machines would agree on v2.
            ueid = {"ueid": None} if options.with_v1 else {}
            lab.smc_up(options.with_v1, links=wired, **ueid)
        for machine in lab.machines:
            if places.built("smclab").exists():
                machine.bring(places.built("smclab"))
    except BaseException:
        lab.down()
        raise
    say(f"up after {time.monotonic() - started:.1f} s, Linux {lab.release}; a machine's /lab is "
        f"{lab.folder}/NAME/share here")
    print(describe(lab), end="")
    return OK


def describe(lab):
    """Who is there, a line each."""
    text = ""
    for side, machine in enumerate(lab.machines):
        text += f"{machine.name}\t{lab.address(side)}\tsmclab vm run {machine.name} -- COMMAND\n"
    if lab.host:
        text += f"host\t{lab.address(1)}\tsmclab vm run host -- COMMAND\n"
    return text


def run(options):
    lab = standing()
    if not lab:
        say("nothing is up; 'smclab vm up' starts machines")
        return USAGE
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        say("which command? smclab vm run MACHINE -- COMMAND…")
        return USAGE
    if lab.host and options.machine == "host":
        os.execv(lab.host.inside[0], [*lab.host.inside, *command])
    for machine in lab.machines:
        if machine.name == options.machine:
            return follow(machine.start(command))
    known = [machine.name for machine in lab.machines] + (["host"] if lab.host else [])
    say(f"no machine '{options.machine}'; there is {', '.join(known)}")
    return USAGE


def follow(job):
    """Shows what a command prints while it prints it; its exit code."""
    shown = [0, 0]

    def show():
        ends = ((job.out_path, sys.stdout), (job.err_path, sys.stderr))
        for i, (path, stream) in enumerate(ends):
            if path.exists():
                with open(path, "rb") as file:
                    file.seek(shown[i])
                    news = file.read()
                shown[i] += len(news)
                stream.buffer.write(news)
                stream.flush()

    try:
        while (code := job.poll()) is None:
            show()
            time.sleep(0.02)
    except KeyboardInterrupt:
        job.kill()
        return INTERRUPTED
    show()
    return code


def down(_options):
    lab = standing()
    if not lab:
        say("nothing is up")
        return OK
    for machine in lab.machines:
        if not machine.alive:
            say(f"machine {machine.name} had ended by itself; its last words:\n"
                f"{machine.last_words()}")
    lab.down()
    return OK


def reader():
    about = argparse.ArgumentParser(prog="smclab vm", description=__doc__)
    verbs = about.add_subparsers(required=True, metavar="up|run|down")
    verb = verbs.add_parser("up", help="start machines")
    verb.add_argument("--machines", type=int, choices=(1, 2), help="default 2, with a tap 1")
    verb.add_argument("--segment", choices=("pair", "tap"), default="pair",
                      help="machine with machine, or with a network namespace of this host")
    verb.add_argument("--links", type=int, choices=(0, 1, 2), default=1, help="wires in parallel")
    verb.add_argument("--with-v1", action="store_true",
                      help="an smc.ko that speaks SMC-Rv1 over soft-RoCE; compiled the first time")
    verb.add_argument("--without-smc", action="store_true", help="load nothing, set nothing up")
    verb.set_defaults(act=up)
    verb = verbs.add_parser("run", help="run a command in a machine")
    verb.add_argument("machine")
    verb.add_argument("command", nargs=argparse.REMAINDER)
    verb.set_defaults(act=run)
    verbs.add_parser("down", help="end all machines").set_defaults(act=down)
    return about


def main():
    options = reader().parse_args()
    try:
        return options.act(options)
    except Missing as missing:
        say(missing)
        return CANNOT
    except (GuestGone, LabError) as error:
        say(error)
        return CANNOT
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
