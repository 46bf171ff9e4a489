#!/usr/bin/env python3
"""Write a GGUF file's weights as F32, with the same metadata.

usage: dequantise.py IN.gguf OUT.gguf

Both the engine and transformers then compute with the same float32 numbers, so that what is left between them is
rounding. The file is written beside the target and renamed into place.
"""
import os
import sys

import gguf
import numpy as np

WRITTEN_BY_THE_WRITER = {"GGUF.version", "GGUF.tensor_count", "GGUF.kv_count", "general.architecture"}


def dequantise(source: str, target: str) -> None:
    reader = gguf.GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    partial = f"{target}.partial"
    writer = gguf.GGUFWriter(partial, architecture)
    for name, field in reader.fields.items():
        if name in WRITTEN_BY_THE_WRITER:
            continue
        kind = field.types[0]
        value = field.contents()
        if name == "general.file_type":
            value = int(gguf.LlamaFileType.ALL_F32)
        sub_type = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, value, kind, sub_type=sub_type)
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        shape = [int(size) for size in reversed(tensor.shape)]
        writer.add_tensor(tensor.name, np.ascontiguousarray(values.reshape(shape)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(partial, target)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    dequantise(sys.argv[1], sys.argv[2])
    print(f"{sys.argv[2]}: {os.path.getsize(sys.argv[2]) / 1e6:.0f} MB")
