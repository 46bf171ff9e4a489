#!/usr/bin/env python3
"""Write the weights of a GGUF file as a float32 model folder that vLLM serves.

usage: hf_folder.py IN.gguf OUT_FOLDER

transformers reads the file, so the folder holds what it would compute with; a quantised file is dequantised. The
folder is written beside the target and renamed into place.
"""
import os
import shutil
import sys

import gguf
import torch
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer


# How text is cut before its tokens are looked up, by the name that the GGUF file has for it. transformers does not read the
# name and cuts all files alike, which gives other tokens around digits.
CUTS = {
    "smollm": [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)],
}


def cut_of(source: str) -> pre_tokenizers.PreTokenizer:
    field = gguf.GGUFReader(source).fields.get("tokenizer.ggml.pre")
    name = None if field is None else field.contents()
    if name not in CUTS:
        sys.exit(f"{source}: the tokeniser cuts text as {name!r}; known here: {', '.join(CUTS)}")
    return pre_tokenizers.Sequence(CUTS[name])


def write_folder(source: str, target: str) -> None:
    folder, file = os.path.split(os.path.abspath(source))
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    tokenizer.backend_tokenizer.pre_tokenizer = cut_of(source)
    # The weights are plain numbers now; what says that they were quantised would make a reader dequantise them again.
    model.hf_quantizer = None
    for owner, name in ((model, "quantization_method"), (model.config, "quantization_config")):
        if name in vars(owner):
            delattr(owner, name)
    model.is_quantized = False
    partial = f"{target}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial)
    tokenizer.save_pretrained(partial)
    shutil.rmtree(target, ignore_errors=True)
    os.replace(partial, target)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write_folder(sys.argv[1], sys.argv[2])
    print(f"{sys.argv[2]}: {sum(entry.stat().st_size for entry in os.scandir(sys.argv[2])) / 1e6:.0f} MB")
