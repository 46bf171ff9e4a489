"""The prompt forms of the two tasks: the texts that stand in their task files, and how an answer is written."""
from __future__ import annotations

from dataclasses import dataclass

from corpus import FINE_LABELS, LABELS, NONE

DEMONSTRATION = "Input: {text}\n{answer}\n\n"
QUERY = "Input: {text}\n{opening}"
UNARY = {
    "instruction": "Assess whether the label given for each input is reasonable, under some reasonable interpretation. "
                   "Reply with reasonable or unreasonable.\n\n",
    "demonstration": "Input: {text}\nLabel: {label}\nAssessment: {answer}\n\n",
    "query": "Input: {text}\nLabel: {label}\nAssessment:",
}
BINARY = {
    "instruction": "Choose which of the two labels fits each input better.\n\n",
    "demonstration": "Input: {text}\nOptions: {first}, {second}\nBetter: {answer}\n\n",
    "query": "Input: {text}\nOptions: {first}, {second}\nBetter:",
}


@dataclass(frozen=True)
class Format:
    """An answer is opening (lead label) (separator lead label)* closing."""

    opening: str
    lead: str
    separator: str
    closing: str

    def answer(self, labels: list[str]) -> str:
        """The whole answer as a demonstration writes it; an empty set is the null label alone."""
        return self.opening + self.separator.join(self.lead + label for label in labels or [NONE]) + self.closing


FORMATS = {
    "json": Format('{"label": ["', "", '", "', '"]}'),
    "list": Format("Labels:", " ", ",", ""),  # the demonstration's own line break closes it
}


@dataclass(frozen=True)
class Task:
    id: str
    title: str
    labels: list[str]
    instruction: str

    def head(self, order: list[str] | None = None) -> str:
        return self.instruction.format(labels=", ".join(order or self.labels))

    def prefix(self, demonstrations: list[tuple[str, list[str]]], fmt: str = "json", order: list[str] | None = None) -> str:
        """Instruction and demonstrations, in the label order given; each query is appended to this."""
        order = order or self.labels
        shots = (
            DEMONSTRATION.format(text=text, answer=FORMATS[fmt].answer(sorted(labels, key=order.index)))
            for text, labels in demonstrations
        )
        return self.head(order) + "".join(shots)

    def query(self, text: str, fmt: str = "json") -> str:
        return QUERY.format(text=text, opening=FORMATS[fmt].opening)


POSTS = Task("posts", "Synthetic posts, seven emotions, truth known", LABELS,
             "Which of these emotions does each input express: none, one or several? Labels: {labels}.\n\n")
FINE = Task("posts-fine", "Synthetic posts, four labels that begin alike, truth known", FINE_LABELS,
            "Which of these reactions does each input express: none, one or several? Labels: {labels}.\n\n")
TASKS = {task.id: task for task in (POSTS, FINE)}
