#!/usr/bin/env python3
"""Our configs against the schema that `posehost config-schema` prints, by the validator of PyPI.

config_schema.py <schema> <models known: yes or no> <config> ...
"""
import copy
import json
import re
import sys

from jsonschema import Draft202012Validator

schema_file, models_known, files = sys.argv[1], sys.argv[2] == "yes", sys.argv[3:]
schema = json.load(open(schema_file, encoding="utf-8"))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)


def load(path):
    """JSON with // and /* */ comments; what stands in strings stays."""
    text = open(path, encoding="utf-8").read()
    text = re.sub(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/', lambda m: m.group(1) or "", text, flags=re.S)
    return json.loads(text)


def complaints(config):
    return [f"/{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(config)]


configs = {path: load(path) for path in files}
bad = [f"{path}: {line}" for path, config in configs.items() for line in complaints(config)]
whole = next(config for config in configs.values() if "_base_" not in config and "optimizer" in config)


def change(**values):
    config = copy.deepcopy(whole)
    for path, value in values.items():
        at = config
        *way, last = path.split("__")
        for key in way:
            at = at[int(key) if isinstance(at, list) else key]
        if value is None:
            del at[last]
        else:
            at[last] = value
    return config


# A schema that takes anything would pass the configs too.
wrong = {"a misspelt key": change(optimzer={}), "a learning rate that is text": change(optimizer__lr="fast"),
         "an argument that Adam lacks": change(optimizer__momentum=0.9), "a negative learning rate": change(optimizer__lr=-1),
         "a wrong choice": change(runtime__precision="fp8"), "no epochs": change(total_epochs=0)}
if models_known:
    wrong.update({"an unknown backbone": change(model__backbone__type="ResNot"),
                  "a depth that is text": change(model__backbone__depth="18"),
                  "a head without its input": change(model__keypoint_head__in_channels=None),
                  "a transform's misspelt argument": change(data__train__pipeline__0__colour=1),
                  "no transform": change(data__train__pipeline__0__type="LoadNothing")})
bad += [f"accepted: {what}" for what, config in wrong.items() if not complaints(config)]
# A file that goes on from another one may leave out what that one has.
partial = {"_base_": "a.json", "optimizer": {"type": "Adam"}, "model": {"backbone": {"depth": 50}}}
bad += [f"partial: {line}" for line in complaints(partial)]
print("\n".join(bad) or f"{len(configs)} configs fit, {len(wrong)} mistakes are found")
sys.exit(1 if bad else 0)
