"""Latencies with a known answer: synthetic distributions, recorded ones, and sessions that are made of them."""
