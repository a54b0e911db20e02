"""What the tests of the pages share with those of the page: Debian's chromium."""

from tests.browser.conftest import browser

__all__ = ["browser"]
