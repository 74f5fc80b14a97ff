"""The scripts that made the data of this suite, for whoever wants to check or to repeat them; nothing else needs them.

Each is run as ``python -m llamoco_bench.problems.realistic.make_data.NAME`` and writes into the folder ``data``.
"""
