"""`localazure up`, `localazure env`, `localazure seed` and `localazure call`."""

import argparse
import asyncio
import logging
import os
import shlex
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import msgspec
from uvicorn.loops.auto import auto_loop_factory

from localazure import ready
from localazure.environment import variables
from localazure.failure import CannotStart
from localazure.loose import Check, check
from localazure.running import Options, run
from localazure.seeding.reading import read, text_of
from localazure.serving import told_to_stop
from localazure.world import World

LOG_BYTES = 10_000_000  # and as many for the one before


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except CannotStart as error:
        print(f"localazure: {error}", file=sys.stderr)
        return 1


def up(options: argparse.Namespace) -> int:
    _log_to(options.log_file)
    for noisy in ("httpx", "httpcore", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(_run(_options(options)))
    return 0


async def _run(options: Options) -> None:
    await run(options, told_to_stop(), _tell)


def _tell(world: World) -> None:
    print(f"Azure  {world.addresses.url}\nPortal {world.addresses.portal}", flush=True)


def _log_to(file: Path | None) -> None:
    """A line a request: to stderr, or to a file that is kept small."""
    handler: logging.Handler = logging.StreamHandler()
    if file is not None:
        try:
            handler = RotatingFileHandler(file, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
        except OSError as error:
            raise CannotStart(f"{file} cannot be written ({error.strerror}). Fix: another --log-file.") from None
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", handlers=[handler])


def _options(given: argparse.Namespace) -> Options:
    return Options(
        data=given.data.absolute(),
        host=given.host,
        port=given.port,
        portal_port=given.portal_port,
        fresh=given.fresh,
        seed=given.seed,
        certificate=given.certificate,
        ready_file=given.ready_file,
        loose=frozenset(map(check, given.loose)),
    )


def env(options: argparse.Namespace) -> int:
    data = options.data.absolute()
    for name, value in variables(_ready(data), data).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def seed(options: argparse.Namespace) -> int:
    if options.example:
        print(text_of("example"), end="")
    else:
        read(options.check)
    return 0


def call(options: argparse.Namespace) -> int:
    """Exits with 1 where the call, watched to its end, was never answered."""
    from localazure import telephoning  # here, because it needs a client that nothing else here does

    answered = telephoning.call(_ready(options.data.absolute()), options.file, until_it_ends=options.wait)
    return 0 if answered else 1


def _ready(data: Path) -> dict[str, Any]:  # the ready file's JSON
    try:
        facts: dict[str, Any] = msgspec.json.decode((data / ready.FILE).read_bytes())
    except OSError:
        raise CannotStart(f"No local cloud has run in {data}. Fix: `localazure up`, or give its --data.") from None
    return facts


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="localazure", description="A local Azure for customer service.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    data = argparse.ArgumentParser(add_help=False)
    default = Path(os.environ.get("LOCALAZURE_DATA", ".localazure"))
    data.add_argument("--data", type=Path, default=default, help="where its state lives (default: %(default)s)")
    _add_up(commands.add_parser("up", parents=[data], help="run in the foreground"))
    command = commands.add_parser("env", parents=[data], help="print the environment for SDKs and az")
    command.set_defaults(command=env)
    command = commands.add_parser("seed", help="print an example of a seed file, or check one")
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--example", action="store_true", help="print one with every key, explained")
    what.add_argument("--check", metavar="FILE", help="say what is wrong in it, if anything")
    command.set_defaults(command=seed)
    command = commands.add_parser("call", parents=[data], help="call a number from outside, by a script")
    command.add_argument("file", type=Path, metavar="FILE", help="YAML: from, to, script and what else a call may have")
    command.add_argument("--wait", action="store_true", help="until it ends, then tell what the caller heard")
    command.set_defaults(command=call)
    return parser


def _port_number(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port: 0 to 65535")
    return int(text)


def _add_up(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument(
        "--port", type=_port_number, default=4280, help="HTTPS, everything of Azure; 0 takes a free one"
    )
    command.add_argument(
        "--portal-port", type=_port_number, default=4281, help="HTTP, portal and control API; 0: a free one"
    )
    command.add_argument("--fresh", action="store_true", help="forget the state and start anew")
    command.add_argument(
        "--seed", default="", metavar="SEED", help="full (the default), bare (no resource, no numbers), or a YAML file"
    )
    command.add_argument("--certificate", type=Path, metavar="DIR", help="also issue a server certificate into DIR")
    command.add_argument("--log-file", type=Path, metavar="FILE", help="one line a request, there instead of stderr")
    command.add_argument("--ready-file", type=Path, metavar="FILE", help="write the addresses there when all answers")
    command.add_argument(
        "--loose", choices=[each.value for each in Check], action="append", default=[], metavar="NAME",
        help=f"switch a check off, may be given again: {', '.join(Check)}",
    )  # fmt: skip
    command.set_defaults(command=up)


if __name__ == "__main__":
    sys.exit(main())
