"""From a problem's definition in plain mathematical notation to evaluators, Python texts and LaTeX texts."""
