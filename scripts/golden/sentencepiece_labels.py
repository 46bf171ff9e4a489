"""How SentencePiece tokenises labels after punctuation, and texts that hold a user-defined symbol as plain text.

Trains a vocabulary of 420 pieces on invented sentences and writes it, with the values, to
test/golden/sentencepiece.golden.json. Run:

    pip install sentencepiece==0.2.3 protobuf
    python scripts/golden/sentencepiece_labels.py
"""

import io
import json
from pathlib import Path

import sentencepiece as spm
from sentencepiece import sentencepiece_model_pb2 as model_pb2

SYMBOL = "<note>"
words = "the cat and dog said :) or :( to a joyful fearful angry person who wrote note after note in the label list".split()
lines = [" ".join(words[(i * 7 + k * 3) % len(words)] for k in range(9)) + '. {"label": ["joy", "fear", ":)"]} Labels: joy, anger, :(' for i in range(400)]
out = io.BytesIO()
spm.SentencePieceTrainer.train(
    sentence_iterator=iter(lines), model_writer=out, vocab_size=420, model_type="bpe", byte_fallback=True,
    character_coverage=1.0, user_defined_symbols=[SYMBOL], normalization_rule_name="identity",
    remove_extra_whitespaces=False, add_dummy_prefix=True, num_threads=1, minloglevel=2, hard_vocab_limit=False,
)  # fmt: skip
proto = model_pb2.ModelProto()
proto.ParseFromString(out.getvalue())
with_symbol = spm.SentencePieceProcessor(model_proto=proto.SerializeToString())
for piece in proto.pieces:
    if piece.piece == SYMBOL:
        piece.piece = "\ue000never\ue000"
without_symbol = spm.SentencePieceProcessor(model_proto=proto.SerializeToString())

types = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6}  # SentencePiece's types are those of GGUF
pieces = [
    {"text": with_symbol.id_to_piece(i), "score": with_symbol.get_score(i), "type": types[proto.pieces[i].type]}
    for i in range(with_symbol.get_piece_size())
]
labels = []
for before in ['The cat. {"label": ["', '{"label": ["joy", "', "Labels:", "The note:", "a ", "said :"]:
    for text in [":)", ":(", "joy", " joy", "fear", "anger", ")", "é"]:
        context, whole = without_symbol.encode(before), without_symbol.encode(before + text)
        merged = whole[: len(context)] != context or len(whole) == len(context)
        # By itself, as something that goes on: after a character that merges with nothing.
        alone = without_symbol.encode("\x01" + text)[len(without_symbol.encode("\x01")) :]
        labels.append({"before": before, "text": text, "merged": merged, "tokens": alone if merged else whole[len(context) :]})
texts = ["the <note> cat", "<note>", "a<note>b<note>", "note <note", "<<note>> said", "said <note>:) dog", " <note> "]
documents = [{"text": text, "tokens": without_symbol.encode(text), "parsed": with_symbol.encode(text)} for text in texts]
golden = {"sentencepiece": spm.__version__, "symbol": SYMBOL, "pieces": pieces, "labels": labels, "documents": documents}
path = Path(__file__).resolve().parents[2] / "test/golden/sentencepiece.golden.json"
path.write_text(json.dumps(golden, ensure_ascii=False) + "\n", encoding="utf-8")
print(len(pieces), "pieces,", sum(label["merged"] for label in labels), "of", len(labels), "labels merge")
