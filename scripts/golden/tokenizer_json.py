"""A small byte-level BPE tokeniser in the Hugging Face format, and the ids that the tokenizers library gives with it.

usage: python scripts/golden/tokenizer_json.py     (needs tokenizers 0.22; writes test/golden/tokenizer-json/)
"""

import json
import pathlib

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

OUT = pathlib.Path(__file__).parents[2] / "test/golden/tokenizer-json"
CORPUS = [
    'Input: my sister laughed and we danced all night\n{"label": ["joy", "surprise"]}',
    'Input: the rain did not stop and nobody came\n{"label": ["sadness"]}',
    'Input: who broke the window again?!\n{"label": ["anger", "fear"]}',
    "Labels: joy, fear, anger, sadness, none. Input: été à la mer, здравствуй мир, 日本語 テキスト 👍🏽",
] * 4
SPECIAL = ["<|begin|>", "<|im_end|>", "<|pad|>"]
OWN = "<think>"  # an added token that is not special
TEXTS = [
    "", " ", "  \n\t", "joy", " joy", 'Input: my sister laughed\n{"label": ["joy', '", "', '"]}', "1234.5 and 007",
    "don't we'll I'VE", "日本語 🤷🏽‍♀️ é e\u0301", "здравствуй, мир!", "a<|im_end|>b", "<|begin|>x<think>y</think>", "\u00a0\u200b",
    "UPPER lower MiXed", "tabs\tand\r\nlines",
]


def build() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(
                Regex(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
                "isolated",
            ),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=[], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


plain = build()
tokenizer = Tokenizer.from_str(plain.to_str())
tokenizer.add_special_tokens(SPECIAL)
tokenizer.add_tokens([OWN])
begin = tokenizer.token_to_id("<|begin|>")
tokenizer.post_processor = processors.TemplateProcessing(
    single="<|begin|> $A", pair="<|begin|> $A $B", special_tokens=[("<|begin|>", begin)]
)
OUT.mkdir(parents=True, exist_ok=True)
tokenizer.save(str(OUT / "tokenizer.json"), pretty=False)
(OUT / "tokenizer_config.json").write_text(
    json.dumps(
        {
            "bos_token": "<|begin|>",
            "eos_token": {"content": "<|im_end|>", "__type": "AddedToken"},
            "pad_token": "<|pad|>",
            "chat_template": [{"name": "tools", "template": "no"}, {"name": "default", "template": "{{ messages }}"}],
        }
    )
)
golden = {
    "begin": begin,
    "end": tokenizer.token_to_id("<|im_end|>"),
    "own": tokenizer.token_to_id(OWN),
    "size": tokenizer.get_vocab_size(),
    "texts": [
        {
            "text": text,
            "plain": plain.encode(text, add_special_tokens=False).ids,
            "parsed": tokenizer.encode(text, add_special_tokens=False).ids,
        }
        for text in TEXTS
    ],
}
(OUT / "golden.json").write_text(json.dumps(golden, ensure_ascii=True, indent=0) + "\n")
