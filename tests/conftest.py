import fcntl
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management.color import Style
from django.core.management.commands import flush
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.template import Template
from django.test import override_settings
from django.utils import translation
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

pytest.register_assert_rewrite("ready_file")  # its failures say what differs
pytest_plugins = ["browser_fixtures"]

QUICK = "django.contrib.auth.hashers.MD5PasswordHasher"
JOBS = {
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
}  # not Django's
MIGRATED = "migrated"
LONGEST = {"test_bench.py", "test_verify.py", "test_two_of_each.py", "test_kills.py", "test_calls_of_two_nodes.py"}
QUICK_JOURNEYS = "tests/journey"
KEPT = {"django_content_type", "auth_permission", "django_migrations"}
HOLDING_ROWS = """
do $$ declare name text; holds boolean; begin
  set local session_replication_role = replica;
  foreach name in array array[{names}] loop
    execute format('select exists (select 1 from %I)', name) into holds;
    if holds then execute format('delete from %I', name); end if;
  end loop;
end $$"""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a few tests of minutes first, then those with many: at the end both processes have work."""
    many = Counter(item.path for item in items)
    first = {item.path for item in items if item.path.name in LONGEST}
    items.sort(key=lambda item: (item.path not in first, -many[item.path], str(item.path)))


class ByFile(LoadFileScheduling):
    """A file is one process's; so are all of the quick journeys, which share a demo."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return QUICK_JOURNEYS if file.startswith(f"{QUICK_JOURNEYS}/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    return ByFile(config, log) if config.option.markexpr == "not long" else None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    request: pytest.FixtureRequest,
) -> None:
    """Of several processes one migrates, all copy: five seconds of work become a tenth of one."""
    if not hasattr(request.config, "workerinput"):
        return
    with (Path(os.environ["CENTRALA_DATA"]) / MIGRATED).open("a+") as made, django_db_blocker.unblock():
        fcntl.flock(made, fcntl.LOCK_EX)
        if not os.fstat(made.fileno()).st_size:
            migrate()
            made.write("whole")
    connection.settings_dict["TEST"]["TEMPLATE"] = MIGRATED


def migrate() -> None:
    mine, test = connection.settings_dict["NAME"], connection.settings_dict["TEST"]
    connection.settings_dict["TEST"] = test | {"NAME": MIGRATED}
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    connection.close_pool()  # a database with visitors cannot be copied
    connection.settings_dict |= {"NAME": mine, "TEST": test}


@pytest.fixture(autouse=True, scope="session")
def empty_quickly() -> Iterator[None]:
    """After a test with real commits only what holds rows is emptied: TRUNCATE of every table makes some two hundred
    files anew each time. As a replica, so that neither foreign keys nor the audit log's own rule have a say. What
    Django writes after a migration stays, instead of being written again."""

    def sql_flush(_operations: DatabaseOperations, _style: Style, tables: list[str], **_options: bool) -> list[str]:
        emptied = sorted({*tables, *JOBS} - KEPT)
        return [HOLDING_ROWS.format(names=", ".join(f"'{table}'" for table in emptied))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_values, **_options: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def plain_templates(django_test_environment: None) -> Iterator[None]:
    """Django's own test runner keeps a copy of every context of every template, which no test here looks at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", lambda template, context: template.nodelist.render(context))
        yield


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """The real hash takes a third of a second, on purpose."""
    with override_settings(PASSWORD_HASHERS=[QUICK]):
        yield


@pytest.fixture(autouse=True)
def _language_ends_with_the_test() -> Iterator[None]:
    """A request leaves its language in the thread, and the next test may ask without a request."""
    yield
    translation.deactivate()
