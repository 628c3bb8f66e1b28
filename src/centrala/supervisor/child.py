"""Becomes another program that ends when its parent dies, even by kill -9. Started by its path, without imports.

    python child.py --parent PID --signal NUMBER [--user UID:GID] -- PROGRAM ARGUMENT...

The wish is made here, in the new process, and not in a preexec_fn: that one is unsafe in a parent with threads.
Linux sends the signal when the *thread* that started the child ends, so that thread has to live on (prctl(2),
PR_SET_PDEATHSIG). Elsewhere than on Linux the program simply starts.
"""

import ctypes
import os
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1


def command(argv: Sequence[str], *, signal: int, user: tuple[int, int] | None = None) -> list[str]:
    """The command that runs `argv` as a child of this process; `signal` 0 lets it live on after us."""
    if not signal and not user:
        return list(argv)
    identity = ["--user", f"{user[0]}:{user[1]}"] if user else []
    wish = ["--parent", str(os.getpid()), "--signal", str(signal), *identity]
    return [sys.executable, "-I", "-S", __file__, *wish, "--", *argv]


def main(arguments: list[str]) -> None:
    split = arguments.index("--")
    options = dict(zip(arguments[0:split:2], arguments[1:split:2], strict=True))
    if "--user" in options:
        uid, gid = options["--user"].split(":")
        _become(int(uid), int(gid))
    _end_with(int(options["--parent"]), int(options["--signal"]))
    program = arguments[split + 1 :]
    try:
        os.execvp(program[0], program)  # noqa: S606 - a list of words, no shell
    except OSError as error:
        sys.exit(f"{program[0]}: {error.strerror}")


def _become(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)  # before the wish: a change of user makes Linux forget it


def _end_with(parent: int, signal: int) -> None:
    if not signal or sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != parent:  # it died before the wish was made
        sys.exit("the supervisor is gone")


if __name__ == "__main__":
    main(sys.argv[1:])
