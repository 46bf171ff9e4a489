"""Makes the whole family: corpus → tokeniser → training → GGUF → evaluation → checks → cards, in one command.

    python scripts/ladder/make.py [--quick] [--seed N] [--workdir DIR] [--out DIR] [--jobs 2]

Run it again after a kill, or after a change: finished stages are skipped. Uses a GPU when torch finds one.
"""
from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one process a core, one thread each: more threads make tiny models slower

import corpus
import dataset
import mixture
import tokens
from prompts import TASKS
from stages import Job, Workspace, open_workspace, write_atomically, write_json

HERE = Path(__file__).parent
VALIDATION_POSTS = 2000


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def prepare(work: Workspace, out: Path) -> None:
    """Both tasks' files, the tokeniser with its checks, the training pool and the validation pool."""
    dataset.write(out)
    rows = [row for task in TASKS for split in dataset.SPLITS[task] for row in dataset.read(out / task / f"{split}.jsonl")]
    if not work.tokenizer().exists():
        tokenizer = tokens.train(0)
        facts = tokens.check(tokenizer, [row["text"] for row in rows])
        write_atomically(work.tokenizer(), lambda path: tokenizer.save(str(path)))
        write_json(work.tokenizer().with_suffix(".facts.json"), facts)
        say(f"tokeniser: {facts}")
    tokenizer = tokens.load(work.tokenizer())
    for path, split, count in ((work.pool(), "train", work.recipe.training.pool),
                               (work.validation(), "calibration", VALIDATION_POSTS)):
        if not path.exists():
            mixture.build_pool(tokenizer, split, count, corpus.CROWD, path)
            say(f"pool: {count} {split} posts")


def command(script: str, job: Job, args: argparse.Namespace) -> list[str]:
    words = [sys.executable, str(HERE / script), job.kind, job.size, "--seed", str(job.seed),
             "--workdir", str(args.workdir), "--recipe-seed", str(args.seed), "--out", str(args.out)]
    return words + ["--quick"] * args.quick + (["--pid-dir", str(args.pid_dir)] if args.pid_dir else [])


def wanted(work: Workspace, script: str, job: Job) -> bool:
    """The other seeds are measured and not shipped; sizes are compared among base models."""
    return (script != "export.py" or job in work.shipped()) and (script != "sizes.py" or job.kind == "base")


def needs(job: Job, other: Job) -> bool:
    return other.kind == "base" and job.kind != "base" and (job.size, job.seed) == (other.size, other.seed)


def run_all(work: Workspace, jobs: list[Job], args: argparse.Namespace) -> None:
    """Trains and exports every shipped model, large to small, evaluates, and trains the other seeds. `--jobs` processes at a time."""
    stages = [("train.py", "facts.json"), ("export.py", "export.json"), ("evaluate.py", "figures.json"), ("sizes.py", "sizes.json")]
    waiting = [(script, job) for job in jobs for script, result in stages
               if wanted(work, script, job) and not (work.folder(job) / result).exists()]
    # What was begun goes on first; then what is shipped, the largest first so that no processor idles at the end.
    waiting.sort(key=lambda step: (not (work.folder(step[1]) / "checkpoint.pt").exists(), step[1] not in work.shipped(),
                                   -work.recipe.sizes[step[1].size].non_embedding))
    running: list[tuple[subprocess.Popen, str, Job]] = []
    failed: list[str] = []
    while waiting or running:
        for entry in list(waiting):
            script, job = entry
            base = Job("base", job.size, job.seed)
            ready = work.finished(base) or job.kind == "base" if script == "train.py" else work.finished(job)
            if len(running) < args.jobs and ready:
                folder = work.folder(job)
                folder.mkdir(parents=True, exist_ok=True)
                log = (folder / f"{Path(script).stem}.log").open("a")
                process = subprocess.Popen(command(script, job, args), stdout=log, stderr=subprocess.STDOUT)
                running.append((process, script, job))
                waiting.remove(entry)
                say(f"{script} {job.name} started ({folder.name})")
        time.sleep(0.5)
        for process, script, job in list(running):
            if process.poll() is None:
                continue
            running.remove((process, script, job))
            if process.returncode == 0:
                say(f"{script} {job.name} done")
                continue
            failed.append(f"{script} {job.name}: status {process.returncode}, log in {work.folder(job)}")
            say(f"failed: {failed[-1]}")
            waiting = [entry for entry in waiting if entry[1] != job and not needs(entry[1], job)]
    if failed:
        sys.exit("\n".join([*failed, "The same command goes on from the last checkpoint."]))


def check(work: Workspace, args: argparse.Namespace) -> None:
    """Every exported file against torch, as llama.cpp reads it."""
    node = shutil.which("node")
    if node is None or not (HERE.parents[1] / "node_modules" / "node-llama-cpp").exists():
        say("the files were not compared with torch: that needs node and `npm install`")
        return
    cases: list[Path] = []
    for job in work.shipped():
        subprocess.run(command("export_cases.py", job, args), check=True)
        cases += [work.folder(job) / name for name in ("cases.json", *(f"cases-{weights}.json" for weights in work.quantised(job)))]
    if subprocess.run([node, str(HERE / "check-export.mjs"), *map(str, cases)], cwd=HERE.parents[1]).returncode != 0:
        sys.exit("an exported file is not what was trained: see the lines above")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a check of every stage on three sizes, within 10 minutes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workdir", type=Path, help="checkpoints and caches (default .ladder, .ladder-quick)")
    parser.add_argument("--out", type=Path, help="models and tasks (default models; WORKDIR/models with --quick)")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--pid-dir", type=Path, help="keep a file per training process here, named after its id")
    parser.add_argument("--no-repeats", action="store_true", help="leave out the other seeds of the small sizes")
    args = parser.parse_args()
    root = HERE.parents[1]
    args.workdir = (args.workdir or root / (".ladder-quick" if args.quick else ".ladder")).resolve()
    args.out = (args.out or (args.workdir / "models" if args.quick else root / "models")).resolve()
    work = open_workspace(args.workdir, args.quick, args.seed)
    started = time.monotonic()
    prepare(work, args.out)
    jobs = work.shipped() + ([] if args.no_repeats else work.repeated())
    run_all(work, jobs, args)
    check(work, args)
    from report import write_cards

    write_cards(work, args.out)
    say(f"done in {(time.monotonic() - started) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
