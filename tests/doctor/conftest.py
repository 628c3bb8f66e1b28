"""One hub and one cloud for all of these tests: each leaves them as it found them, and proves it."""

import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import trustme
from django.conf import settings
from django.core.management import call_command
from django.db import connection as database
from pytest_django import DjangoDbBlocker

from centrala.azure.cloud import Cloud
from centrala.connection.models import Service, Sight, Sighting
from centrala.installation import Installation
from centrala.organization import actions as organization
from doctor.scene import Scene, hub_behind_a_front, wait_until
from hooks.scene import dsn_of
from localazure.certificates import Authority
from localazure.pytest_plugin import LocalAzure

BEAT = "insert into procrastinate_workers (last_heartbeat) values (now() + interval '1 hour')"  # for all of these tests


@pytest.fixture(scope="package")
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database for all of these tests, emptied behind it, in place of a test's own."""
    with django_db_blocker.unblock():
        yield
        with database.cursor() as cursor:
            cursor.execute("delete from procrastinate_workers")
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("installation")
    (folder / "keys").write_text("a key")
    os.chmod(folder / "keys", 0o600)  # noqa: PTH101
    return Installation(folder)


@pytest.fixture(scope="package")
def certificates(local_azure: LocalAzure, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    folder = tmp_path_factory.mktemp("certificates")
    stranger = trustme.CA().issue_cert("localhost")
    chain, key = folder / "strange-chain.pem", folder / "strange-key.pem"
    stranger.cert_chain_pems[0].write_to_path(chain)
    stranger.private_key_pem.write_to_path(key)
    return {"trusted": Authority(local_azure.data).issue(folder), "untrusted": (chain, key)}


@pytest.fixture(scope="package")
def in_order(
    local_azure: LocalAzure,
    db: None,
    installation: Installation,
    certificates: dict[str, tuple[Path, Path]],
) -> Iterator[Scene]:
    """Everything provisioned, a worker alive, nobody's wish left open."""
    local_azure.control.delete("/_local/faults")
    local_azure.control.post("/_local/reset", json={}).raise_for_status()
    url = local_azure.url
    cloud = Cloud(authority=url, resource_manager=url, graph=url, ca_bundle=local_azure.ca_bundle, answer_seconds=15)
    credential = cloud.client_secret_credential(
        tenant_id=local_azure.tenant_id, client_id=local_azure.client_id, client_secret=local_azure.client_secret
    )
    trust = ssl.create_default_context(cafile=local_azure.ca_bundle)
    before = settings.CLOUD, settings.PUBLIC_URL
    settings.CLOUD = cloud
    organization.set_up(name="Centrala", tenant_id=UUID(local_azure.tenant_id))
    with (
        hub_behind_a_front(dsn_of(database.settings_dict), cloud, certificates["trusted"]) as hub,
        httpx.Client(base_url=url, verify=trust, trust_env=False, timeout=20) as http,
    ):
        settings.PUBLIC_URL = hub.url
        scene = Scene(local_azure, cloud, credential, http, hub, installation, certificates, asking=credential)
        scene.provision()
        scene.change_resource(identity={"type": "SystemAssigned"})
        with database.cursor() as cursor:
            cursor.execute(BEAT)
        wait_until(lambda: Sighting.objects.filter(kind=Sight.HANDSHAKE).count() == len(Service))
        scene.before = scene.findings()
        yield scene
    settings.CLOUD, settings.PUBLIC_URL = before
    local_azure.control.delete("/_local/faults")
    local_azure.control.post("/_local/reset", json={}).raise_for_status()
