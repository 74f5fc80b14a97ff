"""Language models as solvers: they propose points, which are evaluated and shown to them again (OPRO, LMEA)."""
