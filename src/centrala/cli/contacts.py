"""`centrala contacts`: all that is kept about one customer, exported as JSON or as text, held for the law, erased."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

from centrala.cli.database import database


def arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    export = acts.add_parser("export", help="prints all that is kept about one customer")
    export.add_argument("number", help="the customer's, with its country code")
    export.add_argument("--linked", action="store_true", help="of every number that is linked to it, too")
    export.add_argument("--readable", action="store_true", help="as text in place of JSON, without the raw events")

    hold = acts.add_parser("hold", help="keeps it from being erased (legal hold)")
    hold.add_argument("number")
    hold.add_argument("--reason", required=True)
    release = acts.add_parser("release", help="lifts the hold")
    release.add_argument("number")
    erase = acts.add_parser("erase", help="deletes all that is kept about one customer, for good")
    erase.add_argument("number")
    erase.add_argument("--linked", action="store_true", help="and of every number that is linked to it")
    erase.add_argument("--yes", action="store_true", required=True, help="says that it is meant")


def run(options: argparse.Namespace) -> int:
    with database():
        from centrala.conversations.customers import contact_of
        from centrala.customers import dossier, erasing

        contact = contact_of(options.number)
        if options.act == "export":
            tell = dossier.export_person if options.linked else dossier.export
            return _export(options, tell(contact=contact, actor=None))
        if options.act == "erase":
            forget = erasing.erase_person if options.linked else erasing.erase
            erased = forget(contact=contact, actor=None)
            print(", ".join(f"{count} {what}" for what, count in erased.items()) + " erased.")
        else:
            reason = options.reason if options.act == "hold" else ""
            erasing.hold(contact=contact, reason=reason, actor=None)
            print("Held." if reason else "The hold is lifted.")
    return 0


def _export(options: argparse.Namespace, told: dict[str, Any]) -> int:  # JSON's values
    print("\n".join(_lines(told)) if options.readable else json.dumps(told, ensure_ascii=False, indent=2))
    return 0


def _lines(told: dict[str, Any]) -> Iterator[str]:  # JSON's values
    yield f"{told['number']}  {told['name']}".rstrip()
    for word in told["opt_outs"]:
        meaning = "wants no more texts" if word["opted_out"] else "takes texts again"
        yield f"{word['at']} {meaning} from {word['our_number']}"
    for one in told["conversations"]:
        closed = f", closed {one['closed_at']}" if one["closed_at"] else ""
        yield f"\nConversation with {one['our_number']}, opened {one['opened_at']}{closed}"
        for message in one["messages"]:
            arrow = "<" if message["direction"] == "inbound" else ">"
            text = message["text"].replace("\n", "\n    ")
            yield f"  {message['created_at']} {arrow} {message['state']}\n    {text}"
    for row in told["campaigns"]:
        yield f"\nCampaign “{row['name']}”, line {row['line']}: {row['left_out_because'] or row['place']}"
    yield f"\n{len(told['events'])} raw events of Azure name this number; without --readable they are printed, too."
    for other in told.get("linked", []):
        yield "\nLinked number:"
        yield from _lines(other)
