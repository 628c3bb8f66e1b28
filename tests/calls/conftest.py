from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import transaction


@pytest.fixture
def transactional() -> "type[AbstractContextManager[None]] | object":
    """For Hypothesis, whose examples share a test: what each does to the database is undone."""

    @contextmanager
    def undone() -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return undone
