"""Models that are shown solved problems before they are asked: tables 4 and 7 of the paper."""
