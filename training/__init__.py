"""Training of models that write optimization programs: labels of problems, instruction sets, tuning."""
