"""Runs the benches, prints a table, writes the results."""

import argparse
import sys
from pathlib import Path

import msgspec

from bench import calls, desk, drain, ingest, live, local_delivery, local_sms, media, saturation, startup
from bench.figures import FULL, QUICK, Bench, Figure, results, row

BENCHES: dict[str, Bench] = {
    "ingest_single": ingest.single,
    "ingest_batch": ingest.batches,
    "saturation": saturation.measure,
    "drain": drain.measure,
    "live": live.measure,
    "offered": live.most,
    "desk": desk.measure,
    "local_sms": local_sms.measure,
    "local_delivery": local_delivery.measure,
    "media": media.measure,
    "calls": calls.measure,
    "startup": startup.measure,
}


def main() -> int:
    options = _options()
    figures: list[Figure] = []
    for name in options.only or BENCHES:
        for figure in BENCHES[name](QUICK if options.quick else FULL):
            print(row(figure), flush=True)
            figures.append(figure)
    written = msgspec.json.format(msgspec.json.encode(results(figures)), indent=2)
    options.output.write_bytes(written + b"\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="once and small: shows only that the benches work")
    parser.add_argument("--only", action="append", choices=list(BENCHES), help="may be given again")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("results.json"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
