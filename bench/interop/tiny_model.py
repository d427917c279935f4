"""Writes a language model of two layers and random weights that can only call the tool `act`: `python tiny_model.py FOLDER`.

It has the chat template of Qwen3 and a vocabulary of bytes. Each call is one token more, and sampling draws from the calls and the
end of the text, so that the model plays games without having learned to write.
"""

import sys

from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM
from trl.chat_template_utils import qwen3_chat_template

END = "<|im_end|>"
ACTIONS = ["[check]", "[bet]", "[fold]", "[call]"]
CALLS = ['<tool_call>\n{"name": "act", "arguments": {"action": "%s"}}\n</tool_call>' % action for action in ACTIONS]


def tokenizer():
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    byte_level = Tokenizer(models.BPE(vocab={letter: i for i, letter in enumerate(letters)}, merges=[]))
    byte_level.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    byte_level.decoder = decoders.ByteLevel()
    made = PreTrainedTokenizerFast(tokenizer_object=byte_level, eos_token=END, pad_token="<|endoftext|>")
    made.add_tokens(["<|im_start|>", *CALLS])
    made.chat_template = qwen3_chat_template
    return made


def main(folder):
    words = tokenizer()
    config = Qwen3Config(
        **dict(vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=2),
        **dict(num_attention_heads=2, num_key_value_heads=2, head_dim=16, max_position_embeddings=4096),
        **dict(eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id),
    )
    model = Qwen3ForCausalLM(config)
    said = set(words.convert_tokens_to_ids([END, *CALLS]))
    model.generation_config.suppress_tokens = [i for i in range(len(words)) if i not in said]
    model.save_pretrained(folder)
    words.save_pretrained(folder)


main(sys.argv[1])
