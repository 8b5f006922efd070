"""Tests that prove the template; see tests/check/test_backend.py."""
