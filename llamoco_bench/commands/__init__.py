"""The commands of ``llamoco``, one module each.

A module's ``add_to(commands)`` adds its parser with a default ``function``, which takes the options and returns the
text to print, or that text and an exit code.
"""
