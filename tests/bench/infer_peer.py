"""mmpose's inferencer for infer.py: a process that answers one request a line with one JSON line.

Peer:   mmpose 1.3.2 (tests/golden/setup_peers.sh)
Called: by infer.py.  Requests:  pictures FOLDER 0|1   seconds of each picture of FOLDER at batch 1, predictions
                                 written, with 1 pictures with skeletons too; and the keypoints of the first

Before the first request it writes DIR/net.pth: drawn weights that posehost reads too.
"""
import argparse
import json
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
import peer_stubs  # noqa: E402,F401  (before mmpose)
import torch  # noqa: E402
from peer_top_down import JOINTS, MEAN, STD, codec  # noqa: E402
from mmengine import Config  # noqa: E402
from mmpose.apis.inferencers import Pose2DInferencer  # noqa: E402
from mmpose.registry import MODELS  # noqa: E402
from mmpose.utils import register_all_modules  # noqa: E402


def config(size, depth, channels, filters, flip):
    """As mmpose's td-hm_res50_8xb64-210e_coco-256x192.py, as far as inference reads it."""
    joints = {i: dict(name=f"k{i}", id=i, color=[51, 153, 255], type="", swap="") for i in range(JOINTS)}
    links = {i: dict(link=(f"k{i}", f"k{i + 1}"), id=i, color=[0, 255, 0]) for i in range(JOINTS - 1)}
    pipeline = [dict(type="LoadImage"), dict(type="GetBBoxCenterScale"),
                dict(type="TopdownAffine", input_size=size), dict(type="PackPoseInputs")]
    info = dict(dataset_name="mouse", paper_info={}, keypoint_info=joints, skeleton_info=links,
                joint_weights=[1.0] * JOINTS, sigmas=[0.05] * JOINTS)
    dataset = dict(type="CocoDataset", metainfo=info, data_mode="topdown", pipeline=pipeline)
    loader = dict(batch_size=1, dataset=dataset)
    return Config(dict(
        default_scope="mmpose", data_mode="topdown", dataset_type="CocoDataset", train_dataloader=loader, val_dataloader=loader,
        test_dataloader=loader, visualizer=dict(type="PoseLocalVisualizer", vis_backends=[], name="visualizer"),
        model=dict(
            type="TopdownPoseEstimator",
            data_preprocessor=dict(type="PoseDataPreprocessor", mean=MEAN, std=STD, bgr_to_rgb=True),
            backbone=dict(type="ResNet", depth=depth),
            head=dict(type="HeatmapHead", in_channels=channels, out_channels=JOINTS, deconv_out_channels=(filters,) * 3,
                      deconv_kernel_sizes=(4, 4, 4), loss=dict(type="KeypointMSELoss", use_target_weight=True),
                      decoder=codec(size)),
            test_cfg=dict(flip_test=flip, flip_mode="heatmap", shift_heatmap=flip))))


def draw_weights(cfg, file):
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    model.init_weights()
    with torch.no_grad():  # peaks that stand out
        model.head.final_layer.weight.mul_(30)
    torch.save({"state_dict": {k: v for k, v in model.state_dict().items()}}, file)


def run(inferencer, folder, drawn):
    names = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    seconds, first = [], None
    with tempfile.TemporaryDirectory() as out:
        where = dict(out_dir=out) if drawn else dict(pred_out_dir=out)
        for name in names:
            begin = time.perf_counter()
            result = next(inferencer(name, batch_size=1, **where))
            seconds.append(time.perf_counter() - begin)
            first = first or result["predictions"][0][0]["keypoints"]
    return {"seconds": seconds, "keypoints": [[float(v) for v in point] for point in first]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dir")
    parser.add_argument("--size", type=int, nargs=2, required=True)
    parser.add_argument("--net", type=int, nargs=3, required=True, help="depth, channels, filters")
    parser.add_argument("--flip", type=int, required=True)
    args = parser.parse_args()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever libraries print goes to stderr
    register_all_modules()
    # It looks for a compiled mmcv, of which the stub is not one; there is no SyncBN to revert.
    sys.modules.pop("mmcv._ext", None)
    cfg = config(tuple(args.size), *args.net, bool(args.flip))
    weights = os.path.join(args.dir, "net.pth")
    draw_weights(cfg, weights)
    inferencer = Pose2DInferencer(cfg, weights=weights, device="cpu", det_model="whole_image")
    for line in sys.stdin:
        _, folder, drawn = line.split()
        os.write(answers, (json.dumps(run(inferencer, folder, drawn == "1")) + "\n").encode())


if __name__ == "__main__":
    main()
