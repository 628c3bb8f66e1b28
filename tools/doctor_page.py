"""`doctor_page.py` writes docs/doctor.md from the rules; with `check` it exits 1 when the page is stale."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "doctor.md"
HEAD = """\
<!-- Made from the rules by tools/doctor_page.py: change them, not this page. -->
# The doctor

`centrala doctor` says what is wrong between this hub and Azure: each finding with its cause and its fix. The same is a
page of the admin center, Operations > Doctor.

```sh
centrala doctor                       # a list for people, the gravest first
centrala doctor --json                # [{"id","title","state","cause","fix"}], state: error, warning, not_checked, ok
centrala doctor --rule clock          # one rule alone; may be given again
centrala doctor --fix                 # mends what can be mended from here; shows it and asks, or takes --yes
centrala doctor --dataverse-url https://ORG.crm.dynamics.com   # looks at a Dynamics 365 organisation as well
```

The exit code is 1 when there is an error, else 0. Azure is asked in the name of whoever runs it, as by
`centrala provision` ([provision.md](provision.md)): `--device-code`, AZURE_CLIENT_ID and its companions in the
environment, the login of `az`; else as the hub's own principal. The page asks as the administrator who is signed in to
Azure there.
What nobody may see is *not checked*, never guessed. In the commands below, words in capitals stand for ids, which the
doctor fills in where it knows them.

`--fix` does three things and no others: it lets the owner alone read the files with keys, reads a rotated access key
anew, and runs `centrala provision`, which keeps what is there. Then it looks again.

`--dataverse-url` reads the active rows of Communication Provider Setting Entry with a token for that organisation, so
whoever asks has to be a user there; with `--resource-id` also where nothing is connected here.
"""
TABLE = """
## {title}

| rule | when it fires | looks at | what comes of it | fix |
|---|---|---|---|---|
"""
TITLES = {
    "installation": "This installation",
    "address": "The public address",
    "work": "Work",
    "resource": "The resource",
    "directory": "The application",
    "subscriptions": "Event subscriptions",
    "deliveries": "Deliveries",
    "dynamics": "Dynamics 365",
}


def page() -> str:
    from importlib import import_module

    sections = []
    for module, title in TITLES.items():
        rules = import_module(f"centrala.doctor.rules.{module}").RULES
        sections.append(TABLE.format(title=title) + "".join(f"{row}\n" for row in _rows(rules)))
    return HEAD + "".join(sections)


def _rows(rules: tuple[object, ...]) -> Iterator[str]:
    from centrala.doctor.rule import Rule

    for rule in rules:
        assert isinstance(rule, Rule)
        fix = str(rule.fix.text)
        command = f" `{rule.fix.command}`" if rule.fix.command else ""
        looks = f"{rule.looks_at}. Needs {rule.needs}" if rule.needs != "nothing" else rule.looks_at
        yield f"| `{rule.id}`<br>{rule.title} | {rule.severity} | {looks} | {rule.because} | {fix}{command} |"


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as data:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "centrala.settings", "CENTRALA_DATA": data}
        os.environ.pop("CENTRALA_KEYS", None)
        import django

        django.setup()
        made = page()
    if arguments != ["check"]:
        PAGE.write_text(made, "utf-8")
    elif not PAGE.exists() or made != PAGE.read_text("utf-8"):
        print(f"{PAGE.relative_to(ROOT)} is stale. Fix: python tools/doctor_page.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
