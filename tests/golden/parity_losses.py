"""Loss curves of 20 SGD iterations of mmpose's own top-down ResNet-18, real images.

Writes: parity_losses.json
Peer:   mmpose 1.3.2 (dataset, pipeline, codec, model, loss, data preprocessor),
        mmengine 0.10.7 (OptimWrapper, train_step), mmcv-lite 2.1.0, OpenCV 4.10.0, torch 2.11.0, CPU
Rerun:  DIR/a/bin/python tests/golden/parity_losses.py [--data FOLDER]
        FOLDER holds train.json and images/ of mirror_mouse (default: configs/data/mirror_mouse
        of this repository).  About 3 minutes on two free cores.

Weights come from weights.py (0.x names), so no weight file is shipped.  The section
"images" trains on the first 160 samples (index modulo 72) without augmentation; the
section "synthetic" trains the same network on inputs and keypoints from the splitmix
formula, so that a mismatch of image decoding or warping can be told from one of training.
Each section is run in fp32 (the golden "losses") and, as its error bar, in float64
("losses_float64_reference"; same float32 inputs and start weights, widened).
"""
import argparse
import copy
import os

import peer_top_down  # (before mmpose)
import cv2
import mmengine
import mmpose
import numpy as np
import torch
from mmengine.optim import OptimWrapper
from mmengine.structures import InstanceData, PixelData
from mmpose.codecs import MSRAHeatmap
from mmpose.structures import PoseDataSample
from mmpose.utils import register_all_modules

import weights
from common import REPO, f32, write
from peer_top_down import JOINTS, MEAN, STD, codec, dataset

ITERATIONS, BATCH = 20, 8
SGD = dict(lr=0.5, momentum=0.9, weight_decay=1e-4)
CHECKED = [
    "backbone.conv1.weight", "backbone.bn1.running_mean", "backbone.layer1.0.conv1.weight",
    "backbone.layer4.1.bn2.weight", "backbone.layer4.1.bn2.running_var",
    "keypoint_head.deconv_layers.0.weight", "keypoint_head.final_layer.weight",
    "keypoint_head.final_layer.bias",
]


def build_model():
    model = peer_top_down.build_model((256, 256))
    weights.fill_module(model)
    return model


def synthetic_batch(it, size=128):
    """Normalised inputs and encoded keypoints straight from the formula."""
    inputs = torch.from_numpy(weights.tensor(f"parity.input.{it}", (BATCH, 3, size, size), 4.0))
    keypoints = weights.uniform(f"parity.keypoints.{it}", BATCH * JOINTS * 2) * size
    keypoints = keypoints.astype(np.float32).reshape(BATCH, JOINTS, 2)
    samples = []
    for n in range(BATCH):
        visible = np.array([[0.0 if (n + k) % 5 == 0 else 1.0 for k in range(JOINTS)]], np.float32)
        spec = {k: v for k, v in codec((size, size)).items() if k != "type"}
        encoded = MSRAHeatmap(**spec).encode(keypoints[n:n + 1], visible)
        s = PoseDataSample()
        s.gt_fields = PixelData(heatmaps=torch.from_numpy(encoded["heatmaps"]))
        s.gt_instance_labels = InstanceData(keypoint_weights=torch.from_numpy(encoded["keypoint_weights"]))
        samples.append(s)
    return {"inputs": inputs, "data_samples": samples}


def train(batches, dtype=torch.float32):
    """20 iterations; batches[k] is already preprocessed (float, normalised, RGB)."""
    model = build_model().to(dtype)
    model.data_preprocessor.forward = lambda data, training=False: data  # done already
    wrapper = OptimWrapper(torch.optim.SGD(model.parameters(), **SGD))
    losses, accs = [], []
    for batch in batches:
        batch = copy.deepcopy(batch)
        if dtype == torch.float64:
            batch["inputs"] = batch["inputs"].double()
            for s in batch["data_samples"]:
                s.gt_fields.heatmaps = s.gt_fields.heatmaps.double()
        logs = model.train_step(batch, wrapper)
        losses.append(float(logs["loss"]))
        accs.append(float(logs["acc_pose"]))
    state = {weights.posehost_name(k): v for k, v in model.state_dict().items()}
    return losses, accs, {k: float(state[k].double().abs().sum()) for k in CHECKED}


def section(batches, config):
    losses, accs, sums = train(batches)
    print(losses, flush=True)
    reference, accs64, sums64 = train(batches, dtype=torch.float64)
    worst = max(abs(a - b) / b for a, b in zip(losses, reference))
    worst_sum = max(abs(sums[k] - sums64[k]) / sums64[k] for k in CHECKED)
    print(f"largest relative deviation from float64: losses {worst:.1e}, checksums {worst_sum:.1e}; "
          f"acc_pose equal: {accs == accs64}", flush=True)
    assert worst < 1e-5
    return {
        "config": config,
        "losses": losses,
        "losses_float64_reference": reference,
        "max_relative_deviation": {"losses": worst, "param_checksums": worst_sum},
        "acc_pose": accs,
        "acc_pose_float64_reference": accs64,
        "param_checksums": sums,
        "param_checksums_float64_reference": sums64,
    }


def image_batches(folder):
    data = dataset(folder, (256, 256), pack={"pack_transformed": True})
    model = build_model()
    items = [data[i] for i in range(len(data))]
    batches = []
    for it in range(ITERATIONS):
        chosen = [copy.deepcopy(items[(it * BATCH + k) % len(items)]) for k in range(BATCH)]
        batches.append(model.data_preprocessor(
            {"inputs": [c["inputs"] for c in chosen], "data_samples": [c["data_samples"] for c in chosen]},
            training=True))
    return data, items, batches


def describe_first(data, items, batches):
    """Everything on the way of sample 0, so that a mismatch can be located."""
    from mmpose.structures.bbox import get_warp_matrix
    info = data.get_data_info(0)
    sample = items[0]["data_samples"]
    center, scale = sample.metainfo["input_center"], sample.metainfo["input_scale"]
    raw = items[0]["inputs"]  # uint8, BGR, (3, 256, 256)
    x = batches[0]["inputs"][0]
    pixels = []
    for j in range(32):
        flat = (j * 6151 + 997) % x.numel()
        c, r = divmod(flat, 256 * 256)
        row, col = divmod(r, 256)
        pixels.append({"c": c, "y": row, "x": col, "value": f32(x[c, row, col].numpy()),
                       "byte": int(raw[2 - c, row, col])})
    heatmaps = sample.gt_fields.heatmaps
    return {
        "file": os.path.basename(sample.metainfo["img_path"]),
        "bbox_xyxy_clipped": f32(info["bbox"][0]),
        "center": f32(center), "scale": f32(scale.astype(np.float32)),
        "affine": get_warp_matrix(center, scale, 0.0, output_size=(256, 256)).tolist(),
        "keypoints": f32(sample.gt_instances.transformed_keypoints[0]),
        "target_weights": f32(sample.gt_instance_labels.keypoint_weights[0].numpy()),
        "input_mean": float(x.double().mean()), "input_abs_sum": float(x.double().abs().sum()),
        "byte_sum": int(raw.long().sum()),
        "pixels": pixels,
        "heatmap_abs_sum": float(heatmaps.double().abs().sum()),
        "heatmap_abs_sum_per_joint": [float(h.double().abs().sum()) for h in heatmaps],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=os.path.join(REPO, "configs", "data", "mirror_mouse"))
    args = parser.parse_args()
    torch.set_num_threads(2)
    register_all_modules()

    data, items, batches = image_batches(args.data)
    common = {
        "model": "TopdownPoseEstimator: ResNet-18, HeatmapHead 3 x deconv 128 (kernel 4), final 1x1 conv, 17 joints",
        "loss": "KeypointMSELoss use_target_weight=True: mean over N*K*H*W of weight * (p - t)^2",
        "batch": BATCH, "iterations": ITERATIONS, "mode": "train (batch statistics)",
        "optimizer": {"type": "SGD", **SGD}, "weights": "weights.py, 0.x names",
        "sigma": 2,
    }
    config = {
        **common, "input_size": [256, 256], "heatmap_size": [64, 64],
        "data": "mirror_mouse train.json, sample index (it * 8 + k) modulo 72",
        "pipeline": "LoadImage, GetBBoxCenterScale(padding 1.25), TopdownAffine, MSRAHeatmap; no flip, no augmentation",
        "normalize": {"to_rgb": True, "mean": MEAN, "std": STD},
    }
    synthetic_config = {
        **common, "input_size": [128, 128], "heatmap_size": [32, 32],
        "inputs": "weights.tensor('parity.input.<it>', (8,3,128,128), scale 4), it from 0; network input as it is",
        "keypoints": "float32(u('parity.keypoints.<it>') * 128), order (n, k, xy), pixels of the input",
        "visible": "0 where (n + k) % 5 == 0, else 1",
    }
    centers = [{"center": f32(i["data_samples"].metainfo["input_center"]),
                "scale": f32(i["data_samples"].metainfo["input_scale"].astype(np.float32))} for i in items]
    out = {
        "peer": f"mmpose {mmpose.__version__}, mmengine {mmengine.__version__}, "
                f"torch {torch.__version__.split('+')[0]} CPU, OpenCV {cv2.__version__}",
        "units": "scale is in pixels (1.x); 0.x's scale is this divided by 200",
        **section(batches, config),
        "first_sample": describe_first(data, items, batches),
        "input_abs_sum_per_iteration": [float(b["inputs"].double().abs().sum()) for b in batches],
        "target_abs_sum_per_iteration": [
            float(sum(s.gt_fields.heatmaps.double().abs().sum() for s in b["data_samples"])) for b in batches],
        "samples": centers,
        "synthetic": section([synthetic_batch(it) for it in range(ITERATIONS)], synthetic_config),
    }
    write("parity_losses.json", out)


if __name__ == "__main__":
    main()
