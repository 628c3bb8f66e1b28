"""The local cloud at its seed, a hub that listens over TLS, an organisation without a connection."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from django.db import connection as database
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.organization import actions as organization
from hooks.scene import dsn_of
from localazure.certificates import Authority
from localazure.pytest_plugin import LocalAzure
from provisioning.scene import Scene, hub_over_tls


@pytest.fixture(scope="session")
def certificate(local_azure: LocalAzure, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return Authority(local_azure.data).issue(tmp_path_factory.mktemp("hub-certificate"))


@pytest.fixture(scope="session")
def http(local_azure: LocalAzure) -> Iterator[httpx.Client]:
    context = ssl.create_default_context(cafile=local_azure.ca_bundle)
    with httpx.Client(base_url=local_azure.url, verify=context, trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture
def scene(
    local_azure: LocalAzure,
    transactional_db: None,
    settings: Settings,
    certificate: tuple[Path, Path],
    http: httpx.Client,
) -> Iterator[Scene]:
    local_azure.control.delete("/_local/faults")
    local_azure.control.post("/_local/reset", json={}).raise_for_status()
    url = local_azure.url
    cloud = Cloud(authority=url, resource_manager=url, graph=url, ca_bundle=local_azure.ca_bundle, answer_seconds=15)
    settings.CLOUD = cloud
    organization.set_up(name="Centrala", tenant_id=UUID(local_azure.tenant_id))
    credential = cloud.client_secret_credential(
        tenant_id=local_azure.tenant_id, client_id=local_azure.client_id, client_secret=local_azure.client_secret
    )
    with hub_over_tls(dsn_of(database.settings_dict), cloud, *certificate) as address:
        settings.PUBLIC_URL = address
        yield Scene(local_azure, cloud, credential, http)
    local_azure.control.delete("/_local/faults")
    local_azure.control.post("/_local/reset", json={}).raise_for_status()
