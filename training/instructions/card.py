"""The data card of an instruction set: a page that says what is in it, written from its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from llamoco_bench.markdown import table

_FRONT: Final = """\
---
license: apache-2.0
language: [en, code]
task_categories: [text-generation]
tags: [optimization, code-generation, instruction-tuning]
configs:
- config_name: default
  data_files:
"""

_BODY: Final = """\
# Instruction set: optimization problems and the programs that solve them best

One row is a prompt, word by word what the harness sends, and its answer: the program of the optimizer that did best on
the problem, in a fenced block. A problem has 4 to 6 prompts, which describe it in Python or in LaTeX, in different
styles. The optimum, the shift and the rotation of a problem are not in its prompt.

## Groups

{groups}

- `train`: what a model may be tuned on.
- `test`: problems of the same kind that it has not seen.
- `unseen_function`: problems with a base function that no training problem contains ({functions}).
- `unseen_family`: problems with a constraint family that no training problem contains ({families}).

## Labels

{labels}

Share of problems that an optimizer wins in `train`:

{optimizers}

## Leakage

The sides share no problem and no prompt. Of {training} training and {evaluation} evaluation problems, the two most
similar descriptions ({nearest}) have a Jaccard similarity of {similarity:.3f} over shingles of five words; {left_out}
training problems were left out since a description of theirs had {threshold} or more.

## Columns

| column | meaning |
| --- | --- |
| `problem` | id of the problem |
| `group` | see above |
| `language`, `style` | of the description |
| `optimizer`, `config` | the winner; its hyper-parameters as JSON |
| `probability` | that the label is right, as the labelling says; 1 where it does not say |
| `description` | of the problem alone |
| `prompt` | the user's turn |
| `answer` | the assistant's turn |

Load it with `datasets.load_dataset("parquet", data_files={{...}})`, or with `datasets.load_dataset(FOLDER)`.
"""


def data_card(manifest: Mapping[str, Any]) -> str:
    """Write the card of the instruction set that `manifest` describes, as Markdown."""
    leakage, groups = manifest["leakage"], manifest["groups"]
    front = "".join(f"  - split: {g}\n    path: {manifest['files'][g]['name']}\n" for g in groups if _rows(manifest, g))
    return (
        _FRONT
        + front
        + "---\n\n"
        + _BODY.format(
            groups=table(
                ("group", "pairs", "problems", "constrained", "prompt chars, mean", "answer chars, mean"),
                [
                    (
                        g,
                        s["pairs"],
                        s["problems"],
                        s["constrained_problems"],
                        *_means(s, "prompt_chars", "answer_chars"),
                    )
                    for g, s in groups.items()
                ],
            ),
            functions=", ".join(manifest["unseen_functions"]),
            families=", ".join(manifest["unseen_families"]),
            labels="\n".join(f"- {key}: {value}" for key, value in manifest["labels"].items()),
            optimizers=table(
                ("optimizer", "problems", "share"),
                [
                    (name, n, f"{n / groups['train']['problems']:.1%}")
                    for name, n in groups["train"]["optimizers"].items()
                ],
            ),
            training=leakage["training_problems"],
            evaluation=leakage["evaluation_problems"],
            nearest=" and ".join(leakage["nearest"]),
            similarity=leakage["largest_similarity"],
            left_out=len(leakage["left_out"]),
            threshold=leakage["threshold"],
        )
    )


def _rows(manifest: Mapping[str, Any], group: str) -> int:
    rows: int = manifest["files"][group]["rows"]
    return rows


def _means(group: Mapping[str, Any], *names: str) -> tuple[float, ...]:
    return tuple(group[name]["mean"] for name in names)
