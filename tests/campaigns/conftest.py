from pages.conftest import *  # noqa: F403 - the cast, each with a browser
