"""What estimates are held against: the human distribution, the gold set, the truth of a synthetic corpus (METHODS 1)."""
import numpy as np


def lists(document):
    return document["annotations"] if "annotations" in document else [document["labels"]]


def human(document, labels):
    given = lists(document)
    return np.array([sum(label in one for one in given) / len(given) for label in labels])


def gold(document, labels, rule):
    """Half of the annotators are enough; counted in whole numbers, so that no rounding decides a tie."""
    if rule == "labels" and "labels" in document:
        return np.array([label in document["labels"] for label in labels])
    given = lists(document)
    return np.array([2 * sum(label in one for one in given) >= len(given) for label in labels])


def truth(document, labels):
    return np.array([document["truth"]["marginal"][label] for label in labels])


class Targets:
    """Of the documents in one order: rows are documents, columns labels."""

    def __init__(self, documents, labels, rule):
        self.documents, self.labels = documents, labels
        self.human = np.array([human(d, labels) for d in documents])
        self.gold = np.array([gold(d, labels, rule) for d in documents])
        self.truth = np.array([truth(d, labels) for d in documents]) if all("truth" in d for d in documents) else None
