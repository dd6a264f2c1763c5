"""Sparkplug B: payloads and edge nodes."""
