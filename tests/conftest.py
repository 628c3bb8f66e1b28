pytest_plugins = ["browser_fixtures"]
