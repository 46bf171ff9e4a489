"""Golden values for src/stats/agreement.ts: Fleiss' kappa by statsmodels, Krippendorff's alpha by the krippendorff package."""
import json
import sys
from importlib.metadata import version

import krippendorff
import numpy as np
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa


def kappa(units):
    """Units by annotators of 0 and 1; None where all are the same, or where annotators differ in number (NaN)."""
    if np.isnan(units).any() or units.min() == units.max():
        return None
    return float(fleiss_kappa(aggregate_raters(units.astype(int), n_cat=2)[0]))


def alpha(units):
    known = units[~np.isnan(units)]
    if known.min() == known.max():
        return None
    return float(krippendorff.alpha(reliability_data=units.T, level_of_measurement="nominal", value_domain=[0, 1]))


def case(name, votes):
    """votes: documents by labels by annotators, NaN for an annotator who was not asked."""
    labels = [{"kappa": kappa(votes[:, j]), "alpha": alpha(votes[:, j])} for j in range(votes.shape[1])]
    pooled = votes.reshape(-1, votes.shape[2])
    return {
        "name": name,
        "given": np.nansum(votes, axis=2).astype(int).tolist(),
        "annotators": (~np.isnan(votes[:, 0])).sum(axis=1).tolist(),
        "labels": labels,
        "pooled": {"kappa": kappa(pooled), "alpha": alpha(pooled)},
    }


def main():
    rng = np.random.default_rng(77)
    draw = lambda rates, annotators: (rng.random(rates.shape + (annotators,)) < rates[:, :, None]).astype(float)
    rates = rng.beta(0.4, 1, size=(40, 4))
    cases = [case("three annotators", draw(rates, 3)), case("two annotators", draw(rates[:12], 2))]
    by_chance = draw(np.full((30, 2), 0.3), 5)
    cases.append(case("by chance, five annotators", by_chance))
    never = draw(rates, 4)
    never[:, 1] = 0
    cases.append(case("a label that nobody gives", never))
    uneven = draw(rates, 5)
    for document, count in enumerate(rng.integers(2, 6, size=len(uneven))):
        uneven[document, :, count:] = np.nan
    cases.append(case("two to five annotators: alpha only", uneven))
    versions = {"statsmodels": version("statsmodels"), "krippendorff": version("krippendorff"), "numpy": np.__version__}
    with open(sys.argv[1], "w") as file:
        file.write(json.dumps({"madeBy": "scripts/golden/agreement.py", "versions": versions, "cases": cases}) + "\n")


main()
