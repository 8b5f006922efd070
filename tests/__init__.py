"""Tests of generation, and of the generated projects."""
