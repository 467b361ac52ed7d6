"""Drives the lab: namespaces, real phones, a PBX, load and impairments. Used by tools/quickstart and tests/lab."""
