#!/bin/sh
# Small runs of the embedded ladder that hold every kind of record, and their comparisons, for recompute.py.
#
#   npm run build && sh scripts/recompute/captures.sh DIR
set -eu
dir=$1
labelscope() { node dist/cli.js "$@" --quiet; }
few="--threads 1 --limit 60 --calibration-limit 60"
all="$few --train-limit 200 --full-logits --estimators unary,binary,binary-outcome,probe,marginal,hard+platt"

labelscope run posts --model ladder-s-base $all --probe-predictions --out "$dir/all"
for model in ladder-s-rl ladder-xxs-base; do labelscope run posts --model $model $all --out "$dir/all"; done

base=$(ls -d "$dir"/all/posts-ladder-s-base-*)
for model in ladder-s-rl ladder-s-sft; do
  labelscope run posts --model $model --threads 1 --limit 60 --full-logits --force-answers "$base" --out "$dir/forced"
done
cp -r "$base" "$dir/forced/"

for model in ladder-s-base ladder-s-base-q8_0 ladder-s-base-q4_0; do
  labelscope run posts --model $model --threads 1 --limit 60 --full-logits --force-answers gold --out "$dir/quantised"
done

for order in random:1 random:2 random:3; do
  labelscope run posts --model ladder-s-base $few --label-order $order --estimators marginal,first-step+platt --out "$dir/orders"
done

labelscope run posts --model ladder-s-base --threads 1 --limit 60 --full-logits --label-scoring exact --format list --out "$dir/exact"

for kind in all forced quantised orders exact; do
  labelscope compare "$dir/$kind"/posts-* --all-metrics --no-report --out "$dir/comparisons/$kind" > /dev/null
done
