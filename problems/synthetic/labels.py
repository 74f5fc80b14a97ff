"""Labels of an instance's landscape, told from what it is made of."""

from __future__ import annotations

from llamoco_bench.problems.synthetic.instance import Instance


def labels(instance: Instance) -> dict[str, str]:
    """Return the labels of an instance.

    ======================= ==========================================================================
    ``construction``        ``single``, ``composition``, ``hybrid``
    ``modality``            ``unimodal``: every base function is; else ``multimodal``
    ``separability``        ``separable``; ``partially separable``: between the segments of a hybrid;
                            ``non-separable``
    ``conditioning``        ``ill``: some base function's curvatures differ by 1,000 and more; else ``good``
    ``symmetry``            ``symmetric`` about the shift, as every base function; else ``asymmetric``
    ``flatness``            ``flat``: some base function has plateaus or flat directions; else ``curved``
    ``constraints``         ``none``, ``inequality``, ``equality``, ``both``
    ``optimum``             ``free``: of the constraints, none is violated at the optimum without them;
                            else ``cut off``
    ``feasible set``        ``box``, ``convex``, ``general``: known to be convex, or not
    ======================= ==========================================================================
    """
    functions = [part.function for part in instance.parts]
    return {
        "construction": _construction(instance),
        "modality": "multimodal" if any(f.multimodal for f in functions) else "unimodal",
        "separability": _separability(instance),
        "conditioning": "ill" if any(f.ill_conditioned for f in functions) else "good",
        "symmetry": "symmetric" if all(f.symmetric for f in functions) else "asymmetric",
        "flatness": "flat" if any(f.flat for f in functions) else "curved",
        "constraints": _kinds(instance),
        "optimum": "cut off" if instance.cuts_off_optimum else "free",
        "feasible set": _feasible_set(instance),
    }


def _construction(instance: Instance) -> str:
    return "single" if len(instance.parts) == 1 else instance.kind


def _separability(instance: Instance) -> str:
    if instance.rotation is not None:
        return "non-separable"
    if all(part.function.separable for part in instance.parts):
        return "separable"
    return "partially separable" if instance.kind == "hybrid" else "non-separable"


def _kinds(instance: Instance) -> str:
    if not instance.constraints:
        return "none"
    if instance.inequalities and instance.equalities:
        return "both"
    return "inequality" if instance.inequalities else "equality"


def _feasible_set(instance: Instance) -> str:
    if not instance.constraints:
        return "box"
    convex = all(c.name == "linear" or (c.family.convex and c.sign > 0) for c in instance.inequalities)
    linear = all(c.name == "linear" for c in instance.equalities)
    return "convex" if convex and linear else "general"
