from collections.abc import Iterator

import httpx
import pytest

from localazure.pytest_plugin import LocalAzure
from localazure_tests.portal import Portal


@pytest.fixture
def portal(azure: LocalAzure) -> Iterator[Portal]:
    headers = {"accept-language": "en"}
    with httpx.Client(base_url=azure.portal, headers=headers, follow_redirects=True, trust_env=False) as client:
        yield Portal(azure, client)
