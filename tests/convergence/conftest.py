"""Assertions of the invariants explain themselves."""

import pytest

pytest.register_assert_rewrite("tests.convergence.invariants")
