/**
 * Holm's correction of p-values for having tested several hypotheses: the chance of even one false rejection among them
 * stays below the level at which the corrected values are read.
 *
 * The smallest of m values is multiplied by m, the next by m − 1 …, none is below the one before it, none above 1. Tied
 * values stay tied. A test that could not be made (`undefined`) stays `undefined` and does not count in m.
 *
 * @param pValues in [0, 1], in any order
 * @returns corrected values in the order of the input
 * @throws RangeError for a p-value outside [0, 1] or NaN
 * @example holm([0.01, 0.04, 0.03]) // [0.03, 0.06, 0.06]
 * Source: Holm 1979; agrees with statsmodels `multipletests(method="holm")`
 */
export function holm(pValues: readonly (number | undefined)[]): (number | undefined)[] {
  const tests = pValues.flatMap((p, index) => (p === undefined ? [] : [{p, index}]));
  for (const {p} of tests) if (!(p >= 0 && p <= 1)) throw new RangeError(`${p} is not a p-value`);
  const corrected: (number | undefined)[] = pValues.map(() => undefined);
  let floor = 0;
  tests
    .sort((left, right) => left.p - right.p)
    .forEach(({p, index}, rank) => {
      floor = Math.max(floor, Math.min(1, p * (tests.length - rank)));
      corrected[index] = floor;
    });
  return corrected;
}
