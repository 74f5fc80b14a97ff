"""Gates: conditions on the numbers of a run, alone or against a baseline, that a session or a comparison fails by.

`expression` reads them, `measurements` holds what they are decided on, `baseline` stores and loads it, `pairing` finds
what of both can be compared, `decision` decides, `wording` says what was decided. Nothing here runs anything.
"""
