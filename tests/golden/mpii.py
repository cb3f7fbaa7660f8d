"""MPII's files as mmpose has them, read by mmpose.

Writes: ../fixtures/mpii/{valid.json,mpii_gt_val.mat,plain.mat}, mpii.json
Peer:   mmpose 1.3.2 (MpiiDataset), scipy 1.13 (savemat)
Rerun:  DIR/a/bin/python tests/golden/mpii.py

Five made-up people in three images. mpii_gt_val.mat is compressed, plain.mat is not; both also hold a cell of
names and an array of another kind, to be passed over. Centre and scale are 1.x's, which leaves padding to the
pipeline, as 0.29 does; scale is divided by 200.
"""
import peer_stubs  # noqa: F401  (before mmpose)
import json
import os

import mmpose
import numpy as np
from mmpose.datasets import MpiiDataset
from mmpose.utils import register_all_modules
from scipy.io import savemat

import weights
from common import HERE, f32, write

FOLDER = os.path.join(os.path.dirname(HERE), "fixtures", "mpii")


def main():
    register_all_modules()
    os.makedirs(FOLDER, exist_ok=True)
    n, k = 5, 16
    u = weights.uniform("mpii", n * 3).reshape(n, 3)
    joints = np.round(weights.uniform("mpii.joints", n * k * 2).reshape(n, k, 2) * 300 + 20, 2)
    seen = (weights.uniform("mpii.seen", n * k).reshape(n, k) > .25).astype(int)
    people = [{"image": f"{i % 3:09d}.jpg", "center": [round(u[i, 0] * 200 + 60, 1), round(u[i, 1] * 200 + 60, 1)],
               "scale": round(.6 + u[i, 2], 4), "joints": joints[i].tolist(), "joints_vis": seen[i].tolist()}
              for i in range(n)]
    with open(os.path.join(FOLDER, "valid.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(p) for p in people) + "\n]\n")
    heads = np.round(weights.uniform("mpii.heads", n * 4).reshape(2, 2, n) * 40 + np.array([[[0.]], [[60.]]]), 2)
    variables = {"dataset_joints": np.array([["rank", "rkne", "head"]], dtype=object), "jnt_missing": np.uint8(1 - seen.T),
                 "headboxes_src": heads, "pos_gt_src": joints.transpose(1, 2, 0)}
    savemat(os.path.join(FOLDER, "mpii_gt_val.mat"), variables, do_compression=True)
    savemat(os.path.join(FOLDER, "plain.mat"), variables)
    data = MpiiDataset(ann_file=os.path.join(FOLDER, "valid.json"), headbox_file=os.path.join(FOLDER, "mpii_gt_val.mat"),
                       test_mode=True, pipeline=[])
    rows = [data.get_data_info(i) for i in range(len(data))]
    write("mpii.json", {
        "peer": f"mmpose {mmpose.__version__}",
        "headboxes_src": heads.reshape(-1, order="F").tolist(),
        "people": [{"center": f32(r["bbox_center"][0]), "scale": f32(r["bbox_scale"][0] / np.float32(200)),
                    "keypoints": f32(r["keypoints"][0].astype(np.float32).ravel()),
                    "visible": np.asarray(r["keypoints_visible"][0]).astype(int).tolist(),
                    "head_size": float(np.ravel(r["head_size"])[0])} for r in rows]})


if __name__ == "__main__":
    main()
