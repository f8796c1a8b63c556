"""Benchmarks of rooms, over a real server: figures to read, never a gate.

python -m benchmarks.dialogue.plenary --help
"""
