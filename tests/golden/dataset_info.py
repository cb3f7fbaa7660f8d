"""What the keypoints of well-known data sets mean: configs/dataset_info/*.json, for `_base_`.

Writes: ../../configs/dataset_info/<dataset_name>.json
Peer:   mmpose 1.3.2 (its configs/_base_/datasets); 2-D data sets of mmpose 0.29's vocabulary
Rerun:  DIR/a/bin/python tests/golden/dataset_info.py
"""
import json
import os
import runpy

import mmpose

from common import REPO

NAMES = """300w aflw aic animalpose ap10k atrw coco coco_wholebody coco_wholebody_face coco_wholebody_hand cofw
crowdpose deepfashion_full deepfashion_lower deepfashion_upper fly freihand2d h36m halpe horse10 interhand2d jhmdb
lapa locust macaque mhp mpii mpii_trb ochuman onehand10k panoptic_hand2d posetrack18 rhd2d wflw zebra""".split()
KEYS = ["dataset_name", "keypoint_info", "skeleton_info", "joint_weights", "sigmas"]


def text_of(info):
    rows = []
    for key in KEYS:
        value = info[key]
        if isinstance(value, dict):
            lines = ",\n".join(f"      {json.dumps(str(k))}: {json.dumps(v)}" for k, v in value.items())
            rows.append(f"    {json.dumps(key)}: {{\n{lines}\n    }}" if value else f"    {json.dumps(key)}: {{}}")
        else:
            rows.append(f"    {json.dumps(key)}: {json.dumps(value)}")
    return '{\n  "dataset_info": {\n' + ",\n".join(rows) + "\n  }\n}\n"


def main():
    folder = os.path.join(os.path.dirname(mmpose.__file__), ".mim", "configs", "_base_", "datasets")
    target = os.path.join(REPO, "configs", "dataset_info")
    os.makedirs(target, exist_ok=True)
    for name in NAMES:
        info = runpy.run_path(os.path.join(folder, name + ".py"))["dataset_info"]
        # Some skip or repeat an id, which mmpose does not read: keys count.
        for key in ("keypoint_info", "skeleton_info"):
            info[key] = {k: {**v, "id": int(k)} for k, v in info[key].items()}
        text = text_of(info)
        assert json.loads(text)["dataset_info"]["dataset_name"] == info["dataset_name"]
        with open(os.path.join(target, info["dataset_name"] + ".json"), "w") as f:
            f.write(text)
    print(len(NAMES), "files")


if __name__ == "__main__":
    main()
