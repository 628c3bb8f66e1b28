"""Tests that listen by PocketSphinx, which is not built for every Python: see pyproject.toml, extra `speech`."""

import pytest

from localazure.media import recogniser

needs_recogniser = pytest.mark.skipif(not recogniser.installed(), reason="PocketSphinx is not installed")
