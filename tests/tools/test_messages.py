"""The catalogues' tool on a small repository of its own."""

import gettext
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

HUB = "src/centrala/locale/pl/LC_MESSAGES/django.po"
CLOUD = "src/localazure/locale/pl/LC_MESSAGES/messages.po"
TOOL = Path(__file__).parents[2] / "tools" / "messages.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_tool", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    files = {
        "src/centrala/desk/actions.py": 'a = _("Reply")\nb = ngettext("%(n)s message", "%(n)s messages", n)\n',
        "src/centrala/desk/templates/desk/list.html": (
            "{% load i18n %}\n  <p>\n{% translate 'Sign in' %} {{ x|default:_('Nobody') }}\n"
            "    {% blocktranslate trimmed count n=n %}\n  {{ n }} call\n"
            "{% plural %}{{ n }} calls{% endblocktranslate %}\n"
            " {% translate 'May' context 'verb' %}</p>\n"
        ),
        "src/centrala/desk/migrations/0001_initial.py": 'a = _("Frozen")\n',
        "src/localazure/portal/pages.py": 'a = gettext("Hello, {name}")\n',
        "src/localazure/templates/home.html": "{% trans %}\n  Keys\n{% endtrans %}{{ _('Copy') }}",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def run(tool: ModuleType, repository: Path, command: str) -> int:
    return int(tool.main([command, "--root", str(repository)]))


def translate(repository: Path, catalogue: str, original: str, polish: str) -> None:
    path = repository / catalogue
    before = path.read_text(encoding="utf-8")
    after = before.replace(f'msgid "{original}"\nmsgstr ""', f'msgid "{original}"\nmsgstr "{polish}"')
    assert after != before
    path.write_text(after, encoding="utf-8")


def translate_all(repository: Path) -> None:
    for original, polish in {"Reply": "Odpowiedz", "Sign in": "Zaloguj", "Nobody": "Nikt", "May": "Móc"}.items():
        translate(repository, HUB, original, polish)
    for original, polish in {"Keys": "Klucze", "Copy": "Kopiuj", "Hello, {name}": "Cześć, {name}"}.items():
        translate(repository, CLOUD, original, polish)
    path = repository / HUB
    text = path.read_text(encoding="utf-8")
    for form in range(4):
        text = text.replace(f'msgstr[{form}] ""', f'msgstr[{form}] "%(n)s forma {form}"')
    path.write_text(text, encoding="utf-8")


def test_update_collects_python_and_both_kinds_of_template(tool: ModuleType, repository: Path) -> None:
    run(tool, repository, "update")

    hub, cloud = ((repository / name).read_text(encoding="utf-8") for name in (HUB, CLOUD))
    assert [line for line in hub.splitlines() if line.startswith(("msgid", "msgctxt"))] == [
        'msgid ""',
        'msgid "%(n)s call"',
        'msgid_plural "%(n)s calls"',
        'msgid "%(n)s message"',
        'msgid_plural "%(n)s messages"',
        'msgctxt "verb"',
        'msgid "May"',
        'msgid "Nobody"',
        'msgid "Reply"',
        'msgid "Sign in"',
    ]
    assert hub.count("nplurals=4") == 1
    assert "#: src/centrala/desk/templates/desk/list.html\n" in hub
    assert [line for line in cloud.splitlines() if line.startswith("msgid")] == [
        'msgid ""',
        'msgid "Copy"',
        'msgid "Hello, {name}"',
        'msgid "Keys"',
    ]


def test_update_names_nobody_and_no_time(tool: ModuleType, repository: Path) -> None:
    run(tool, repository, "update")

    text = (repository / HUB).read_text(encoding="utf-8")
    assert "@" not in text
    assert "Date" not in text


def test_update_keeps_translations_and_changes_nothing_the_second_time(tool: ModuleType, repository: Path) -> None:
    run(tool, repository, "update")
    translate_all(repository)
    before = (repository / HUB).read_bytes()

    run(tool, repository, "update")

    assert (repository / HUB).read_bytes() == before


def test_update_drops_what_no_code_asks_for(tool: ModuleType, repository: Path) -> None:
    run(tool, repository, "update")
    translate_all(repository)
    (repository / "src/localazure/templates/home.html").write_text("{{ _('Copy') }}")

    run(tool, repository, "update")

    assert "Keys" not in (repository / CLOUD).read_text(encoding="utf-8")


def test_check_passes_a_complete_catalogue(
    tool: ModuleType, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tool, repository, "update")
    translate_all(repository)

    assert run(tool, repository, "check") == 0
    assert capsys.readouterr().out == ""


def test_check_lists_strings_without_a_catalogue_as_missing(
    tool: ModuleType, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tool, repository, "check") == 1
    assert f"{CLOUD}: missing: 'Copy' (src/localazure/templates/home.html)\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ('msgstr "Kopiuj"', 'msgstr ""', "empty: 'Copy' (src/localazure/templates/home.html)"),
        ('msgid "Copy"', '#, fuzzy\nmsgid "Copy"', "fuzzy: 'Copy' (src/localazure/templates/home.html)"),
        ('msgid "Copy"', 'msgid "Old"\nmsgstr "Stare"\n\nmsgid "Copy"', "obsolete: 'Old'"),
        ('msgid "Copy"', '#~ msgid "Old"\n#~ msgstr "Stare"\n\nmsgid "Copy"', "obsolete: 'Old'"),
        ("Cześć, {name}", "Cześć, {imię}", "other placeholders: 'Hello, {name}' (src/localazure/portal/pages.py)"),
        ("nplurals=4", "nplurals=3", "wrong header: Plural-Forms"),
    ],
)
def test_check_lists_one_line_for_each_fault(
    tool: ModuleType,
    repository: Path,
    capsys: pytest.CaptureFixture[str],
    before: str,
    after: str,
    line: str,
) -> None:
    run(tool, repository, "update")
    translate_all(repository)
    text = (repository / CLOUD).read_text(encoding="utf-8")
    assert text.count(before) == 1
    (repository / CLOUD).write_text(text.replace(before, after), encoding="utf-8")

    assert run(tool, repository, "check") == 1
    assert capsys.readouterr().out.splitlines()[:-1] == [f"{CLOUD}: {line}"]


@pytest.mark.parametrize(
    ("form", "text", "problem"),
    [(0, "jedna", "other placeholders"), (2, "wiele", "other placeholders"), (3, "", "empty")],
)
def test_check_wants_every_plural_form(
    tool: ModuleType, repository: Path, capsys: pytest.CaptureFixture[str], form: int, text: str, problem: str
) -> None:
    run(tool, repository, "update")
    translate_all(repository)
    path = repository / HUB
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace(f'"%(n)s forma {form}"', f'"{text}"', 1), encoding="utf-8")

    assert run(tool, repository, "check") == 1
    assert f"{HUB}: {problem}: ('%(n)s call', '%(n)s calls')" in capsys.readouterr().out


def test_the_form_for_one_may_leave_the_number_out_where_english_does(tool: ModuleType, repository: Path) -> None:
    source = repository / "src/centrala/desk/actions.py"
    source.write_text('a = _("Reply")\nb = ngettext("One message", "%(n)s messages", n)\n', encoding="utf-8")
    run(tool, repository, "update")
    translate_all(repository)
    path = repository / HUB
    text = path.read_text(encoding="utf-8")
    start = text.index("One message")
    path.write_text(text[:start] + text[start:].replace("%(n)s forma 0", "Jedna wiadomość", 1), encoding="utf-8")

    assert run(tool, repository, "check") == 0


def test_compile_writes_what_gettext_reads(tool: ModuleType, repository: Path) -> None:
    run(tool, repository, "update")
    translate_all(repository)

    run(tool, repository, "compile")

    with (repository / CLOUD).with_suffix(".mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert catalogue.gettext("Copy") == "Kopiuj"
    with (repository / HUB).with_suffix(".mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert [catalogue.ngettext("%(n)s call", "%(n)s calls", n) for n in (1, 2, 5)] == [
        "%(n)s forma 0",
        "%(n)s forma 1",
        "%(n)s forma 2",
    ]


def test_compile_without_a_catalogue_does_nothing(tool: ModuleType, repository: Path) -> None:
    assert run(tool, repository, "compile") == 0
    assert list(repository.rglob("*.mo")) == []
