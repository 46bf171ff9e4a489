#!/usr/bin/env bash
# Runs the batch file of docs/scale.md on a Slurm of one machine, and looks whether its shards are the run.
#
# munged, slurmctld and slurmd are Debian's (slurmctld, slurmd, slurm-client, munge), started here without systemd, with sockets,
# keys and state in a scratch folder and on ports of their own, and ended at the end. As root they are installed where they are
# missing. Three shards of an embedded model are captured in strict mode, the array is submitted once more, the shards are joined
# by `merge`, and every record is compared with that of the same run without shards.
#
# usage: scripts/scale/slurm.sh [--limit 90] [--store]     --store writes what it prints to docs/measurements/slurm.md
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
source "$root/scripts/scale/block.sh"
limit=90 store=
while [ $# -gt 0 ]; do
  case $1 in
    --limit) limit=$2; shift 2 ;;
    --store) store=yes; shift ;;
    *) echo "slurm.sh: $1 is not known" >&2; exit 2 ;;
  esac
done

packages="slurmctld slurmd slurm-client munge"
for program in munged slurmctld slurmd sbatch; do
  command -v "$program" >/dev/null && continue
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } >/dev/null
    break
  fi
  echo "slurm.sh: $program is not here; install Debian's packages $packages" >&2
  exit 2
done

scratch=$(mktemp -d "${TMPDIR:-/tmp}/labelscope-slurm-XXXXXX")
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT
mkdir -p "$scratch"/{bin,munge,state,spool,work}
chmod 700 "$scratch/munge"
printf '#!/bin/sh\nexec node %s/dist/cli.js "$@"\n' "$root" >"$scratch/bin/labelscope"
chmod +x "$scratch/bin/labelscope"
export PATH="$scratch/bin:$PATH" LABELSCOPE_HOME=${LABELSCOPE_HOME:-$scratch/home}

dd if=/dev/urandom of="$scratch/munge/key" bs=1024 count=1 status=none
chmod 400 "$scratch/munge/key"
munged --foreground --force --key-file "$scratch/munge/key" --socket "$scratch/munge/socket" --pid-file "$scratch/munge/pid" \
  --log-file "$scratch/munge/log" --seed-file "$scratch/munge/seed" 2>"$scratch/munge/stderr" &
pids+=($!)

host=$(hostname -s)
cores=$(nproc)
cat >"$scratch/slurm.conf" <<CONF
ClusterName=labelscope
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$scratch/munge/socket
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmdPidFile=$scratch/slurmd.pid
SlurmdSpoolDir=$scratch/spool
StateSaveLocation=$scratch/state
SlurmctldLogFile=$scratch/slurmctld.log
SlurmdLogFile=$scratch/slurmd.log
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerType=sched/backfill
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cores RealMemory=$(awk '/MemTotal/ {print int($2 / 1024 * 0.8)}' /proc/meminfo) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$scratch/slurm.conf

# until COMMAND: waits up to 30 seconds for it.
until_true() {
  for _ in $(seq 60); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.5
  done
  echo "slurm.sh: $* did not become true" >&2
  tail -n 5 "$scratch"/*.log "$scratch"/munge/* >&2 || true
  exit 1
}
until_true test -S "$scratch/munge/socket"
slurmctld -D -f "$SLURM_CONF" >/dev/null 2>&1 &
pids+=($!)
slurmd -D -f "$SLURM_CONF" -N "$host" >/dev/null 2>&1 &
pids+=($!)
idle() { [ "$(sinfo -h -o %T)" = idle ]; }
until_true idle

cd "$scratch/work"
block Slurm >labelscope.sbatch
flags="posts --model ladder-s-base --limit $limit --strict"

# What is done is printed as it is done, with the scratch folder's name left out.
say() { printf '%s\n' "$1" | tee -a "$scratch/said"; }
show() {
  say "\$ $1"
  bash -c "$1" 2>&1 | sed "s#$scratch/work/##g" | tee -a "$scratch/said"
}

show "sbatch --wait labelscope.sbatch $flags"
show "cat labelscope-1_*.log"
show "sbatch --wait labelscope.sbatch $flags"
show "tail -qn 1 labelscope-4_*.log"
show "labelscope merge parts/*"
show "labelscope run $flags --threads 1 --out whole --quiet"
show "node $root/scripts/scale/same-records.mjs runs/* whole/*"

if [ -n "$store" ]; then
  {
    cat <<HEAD
# Slurm

The batch file of [scale.md](../scale.md) on a Slurm of one machine, and its shards joined and compared with a run without shards: \`scripts/scale/slurm.sh --store\` made this page.

\`\`\`
$(sed "s#node $root/#node #" "$scratch/said")
\`\`\`

$(sbatch --version), $cores cores, Node $(node --version), labelscope $(labelscope --version), $(date -u +%F). The array was submitted twice: the second time every shard was there already. A machine with several nodes has not been tried.
HEAD
  } >"$root/docs/measurements/slurm.md"
fi
