import type {CapturedName} from "../run/capture-one.ts";
import type {PricedRun} from "./price.ts";

/** How far a whole plan has come, and how fast what is left will go. */
export class PlanProgress {
  readonly #runs: readonly PricedRun[];
  /** Records of each run that are there. */
  readonly #done: Map<PricedRun, number>;
  /** Records of the run under way, by kind. */
  #current = new Map<CapturedName, number>();
  readonly #began = performance.now();

  constructor(runs: readonly PricedRun[]) {
    this.#runs = runs;
    this.#done = new Map(runs.map(run => [run, run.done]));
  }

  /** The run under way has so many records of a kind. */
  move(run: PricedRun, capture: CapturedName, records: number): void {
    this.#current.set(capture, records);
    const known = [...this.#current.values()].reduce((sum, count) => sum + count, 0);
    this.#done.set(run, Math.max(known, this.#done.get(run) ?? 0));
  }

  finish(run: PricedRun): void {
    this.#current = new Map();
    this.#done.set(run, run.total);
  }

  counts(): {readonly done: number; readonly total: number} {
    const total = this.#runs.reduce((sum, run) => sum + run.total, 0);
    return {done: [...this.#done.values()].reduce((sum, count) => sum + count, 0), total};
  }

  /** Records a second at which what is left takes as long as was estimated, corrected by how the estimate fared so far. */
  rate(): {readonly recordsPerSecond?: number} {
    let [spent, left, records] = [0, 0, 0];
    for (const run of this.#runs) {
      const {seconds} = run.cost;
      if (seconds === undefined) return {};
      const missing = run.total - run.done;
      const open = run.total - (this.#done.get(run) ?? 0);
      const share = missing === 0 ? 0 : open / missing;
      left += seconds * share;
      spent += seconds * (1 - share);
      records += open;
    }
    const elapsed = (performance.now() - this.#began) / 1000;
    const correction = spent > 1 && elapsed > 1 ? elapsed / spent : 1;
    return left > 0 ? {recordsPerSecond: records / (left * correction)} : {};
  }
}
