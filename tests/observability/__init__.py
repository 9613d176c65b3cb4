"""Traces, metrics, alerts and dashboards."""
