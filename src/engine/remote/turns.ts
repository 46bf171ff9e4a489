/** Runs work of one kind only at a time, as much of it at once as is there; kinds take turns. */
export function turns(): <Result>(kind: string, work: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  let waiting: {readonly kind: string; readonly start: () => void}[] = [];
  const next = () => {
    const [first] = waiting;
    if (running > 0 || first === undefined) return;
    const go = waiting.filter(({kind}) => kind === first.kind);
    waiting = waiting.filter(({kind}) => kind !== first.kind);
    running = go.length;
    for (const {start} of go) start();
  };
  return async (kind, work) => {
    await new Promise<void>(start => {
      waiting.push({kind, start});
      next();
    });
    try {
      return await work();
    } finally {
      running--;
      next();
    }
  };
}
