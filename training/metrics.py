"""Scores of a classifier, for choosing an epoch. Published figures come from `genogloss evaluate`, not from here."""
import math

import numpy as np


def mcc(predicted, truth):
    """Matthews correlation, two or more classes (Gorodkin 2004); 0 where it is not defined."""
    classes = int(max(predicted.max(initial=0), truth.max(initial=0))) + 1
    table = np.zeros((classes, classes))
    np.add.at(table, (truth, predicted), 1)
    right, total = np.trace(table), table.sum()
    t, p = table.sum(1), table.sum(0)
    below = math.sqrt(float(total**2 - (p**2).sum()) * float(total**2 - (t**2).sum()))
    return float((right * total - (t * p).sum()) / below) if below else 0.0


def accuracy(predicted, truth):
    return float((predicted == truth).mean()) if len(truth) else 0.0
