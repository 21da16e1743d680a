"""Measures the wat toolchain with the standard library of Python alone."""
