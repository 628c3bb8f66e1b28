import pytest

pytest.register_assert_rewrite("ready_file")  # its failures say what differs
pytest_plugins = ["browser_fixtures"]
