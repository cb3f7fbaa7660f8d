"""File names of published weights: core/weights/weight_sources.json, which is compiled in.

Writes: ../../core/weights/weight_sources.json
Peers:  mmcv 1.7.2 (model_zoo/*.json), torchvision 0.26.0 (its enums), torchvision 0.8.2 (sources in the
        wheel: the last release with the files that older configs were trained from)
Rerun:  DIR/b/bin/python tests/golden/weight_sources.py [WHEEL of torchvision 0.8.2]

Each name has the file that the newest of them gives it, then those of the older ones. Without a wheel it is
fetched with pip.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile

import mmcv
import torchvision

from common import REPO

TARGET = os.path.join(REPO, "core", "weights", "weight_sources.json")
URLS = {"torchvision://": "https://download.pytorch.org/models/",
        "mmcls://": "https://download.openmmlab.com/mmclassification/v0/",
        "open-mmlab://": "https://download.openmmlab.com/"}
FILES = {"torchvision://": "torchvision_0.12.json", "mmcls://": "mmcls.json", "open-mmlab://": "open_mmlab.json"}


def zoo(name):
    with open(os.path.join(os.path.dirname(mmcv.__file__), "model_zoo", name)) as f:
        return json.load(f)


def torchvision_now():
    """"resnet50" -> IMAGENET1K_V1, as mmcv; "resnet50.imagenet1k_v2" -> the newer ones, also as mmcv."""
    urls = {}
    for model in torchvision.models.list_models(module=torchvision.models):
        for weights in torchvision.models.get_model_weights(model):
            urls[f"{model}.{weights.name.lower()}"] = weights.url
            if weights.name == "IMAGENET1K_V1":
                urls[model] = weights.url
    return urls


def torchvision_before(wheel):
    pattern = r"['\"]([\w.]+)['\"]\s*:\s*\\?\s*['\"](https://download.pytorch.org/models/[^'\"]+)"
    with zipfile.ZipFile(wheel) as archive:
        sources = [archive.read(n).decode() for n in archive.namelist() if re.fullmatch(r"torchvision/models/\w+\.py", n)]
    return dict(pair for text in sources for pair in re.findall(pattern, text))


def fetch():
    folder = tempfile.mkdtemp()
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:",
                    "--python-version", "3.8", "--platform", "manylinux1_x86_64", "-d", folder,
                    "torchvision==0.8.2"], check=True)
    return glob.glob(os.path.join(folder, "*.whl"))[0]


def main():
    before = torchvision_before(sys.argv[1] if len(sys.argv) > 1 else fetch())
    now = torchvision_now()
    result = {}
    for scheme, file in FILES.items():
        base, names = URLS[scheme], {}
        table = zoo(file)
        older = [table]
        if scheme == "torchvision://":
            # Kinds of model that no pose configuration starts from are left out.
            kinds = r"(alexnet|mobilenet|resne|shuffle|vgg|wide_|swin_[tsb]|vit_)"
            table = {**table, **{name: url for name, url in now.items() if re.match(kinds, name)}}
            older.append(before)
        for name, url in sorted(table.items()):
            urls = list(dict.fromkeys([url] + [old[name] for old in older if name in old]))
            urls = [u for u in urls if u and u.startswith(base)]
            if urls:
                names[name] = [u[len(base):] for u in urls]
        result[scheme] = {"url": base, "names": names}
    rows = []
    for scheme, table in result.items():
        names = ",\n".join(f"      {json.dumps(n)}: {json.dumps(u)}" for n, u in table["names"].items())
        rows.append(f'  "{scheme}": {{\n    "url": "{table["url"]}",\n    "names": {{\n{names}\n    }}\n  }}')
    text = "{\n" + ",\n".join(rows) + "\n}\n"
    assert json.loads(text) == result
    with open(TARGET, "w") as f:
        f.write(text)
    print({scheme: len(table["names"]) for scheme, table in result.items()})


if __name__ == "__main__":
    main()
