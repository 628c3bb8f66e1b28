from collections.abc import Iterator

import httpx
import pytest

from localazure.pytest_plugin import LocalAzure
from localazure_tests.portal import Portal


@pytest.fixture
def portal(azure: LocalAzure) -> Iterator[Portal]:
    options = {"headers": {"accept-language": "en"}, "follow_redirects": True, "trust_env": False}
    with httpx.Client(base_url=azure.portal, **options, verify=False) as client:  # http: no authorities are read
        yield Portal(azure, client)
