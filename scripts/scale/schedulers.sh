#!/usr/bin/env bash
# Runs the GNU parallel line and the Snakefile of docs/scale.md on an embedded model, and looks whether their shards are the run.
#
# usage: scripts/scale/schedulers.sh [parallel] [snakemake]      default: both; SNAKEMAKE names the program
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
source "$root/scripts/scale/block.sh"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/labelscope-schedulers-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin"
printf '#!/bin/sh\nexec node %s/dist/cli.js "$@"\n' "$root" >"$scratch/bin/labelscope"
chmod +x "$scratch/bin/labelscope"
export PATH="$scratch/bin:$PATH" LABELSCOPE_HOME=${LABELSCOPE_HOME:-$scratch/home}
snakemake=${SNAKEMAKE:-snakemake}
# The page's example names, and one sequence, so that records can be compared to the bit.
own() { sed "s#my-task.yaml#posts#; s#model.gguf#ladder-s-base --limit 30 --strict#"; }

labelscope run posts --model ladder-s-base --limit 30 --strict --threads 1 --out "$scratch/whole" --quiet
for tool in ${*:-parallel snakemake}; do
  mkdir "$scratch/$tool"
  cd "$scratch/$tool"
  case $tool in
    parallel) block "GNU parallel" | own >run.sh; bash -e run.sh ;;
    snakemake) block Snakemake | own >Snakefile; "$snakemake" --cores 2 --quiet all ;;
    *) echo "schedulers.sh: $tool is not known" >&2; exit 2 ;;
  esac
  printf '%s: ' "$tool"
  node "$root/scripts/scale/same-records.mjs" runs/* "$scratch"/whole/*
done
