"""Serves a GGUF file with llama.cpp's own server (wheel xllamacpp): MODEL PORT. Prints its address, ends with its input."""

import os
import sys

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.port = int(sys.argv[2])
params.n_parallel = 4
params.n_ctx = 4 * 2048
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.n_gpu_layers = 0
params.warmup = False
params.kv_unified = False
params.endpoint_props = True
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
os._exit(0)
