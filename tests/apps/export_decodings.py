"""Decoding inside exported graphs, on heatmaps whose keypoints mmpose gave (tests/golden/targets.json), on empty ones and on
ones below 0: the graphs are cut where heatmaps come out of the network.

export_decodings.py POSEHOST FOLDER TARGETS.json
"""
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnx.utils
import onnxruntime

posehost, folder, golden = sys.argv[1], Path(sys.argv[2]), json.load(open(sys.argv[3]))["decode"]
width, height = 16, 12
combined = {"use_udp": True, "target_type": "CombinedTarget", "modulate_kernel": 5, "valid_radius_factor": 0.1}
cases = [  # of golden, maps, compat, test_cfg
    ("unbiased", "heatmaps", "0.29", {"post_process": "unbiased"}),
    ("unbiased", "heatmaps", "1.x", {"unbiased_decoding": True}),
    ("megvii", "heatmaps", "0.29", {"post_process": "megvii", "modulate_kernel": 5}),
    ("udp_0x", "heatmaps", "0.29", {"use_udp": True}),
    ("udp_1x", "heatmaps", "1.x", {"use_udp": True}),
    ("combined_0x", "combined", "0.29", combined),
    ("combined_1x", "combined", "1.x", combined),
]


def export(name, maps, compat, test_cfg):
    """The ONNX file of a network with such maps and such a decoding."""
    loss = "CombinedTargetMSELoss" if maps == 24 else "JointsMSELoss"
    config = folder / f"{name}.json"
    config.write_text(json.dumps({
        "compat": compat,
        "model": {"type": "TopDown",
                  "backbone": {"type": "ResNet", "depth": 18, "base_channels": 8, "stem_channels": 8,
                               "strides": [1, 1, 1, 1]},
                  "keypoint_head": {"type": "TopdownHeatmapSimpleHead", "in_channels": 64, "out_channels": maps,
                                    "num_deconv_layers": 0, "loss_keypoint": {"type": loss}},
                  "test_cfg": {"flip_test": False, **test_cfg}}}))
    file = folder / f"{name}.onnx"
    subprocess.run([posehost, "export", config, "--untrained", "--decode", "--dynamic-batch", "--shape", str(4 * height),
                    str(4 * width), "--out", file], check=True, stdout=subprocess.DEVNULL)
    return file


def decoder(file):
    """What of the file comes after the heatmaps."""
    nodes = onnx.load(file).graph.node
    heatmaps = {i for node in nodes if node.name.startswith("decode/") for i in node.input} & {
        o for node in nodes if not node.name.startswith(("decode/", "keypoints/", "scores/")) for o in node.output}
    assert len(heatmaps) == 1, heatmaps
    name = heatmaps.pop()
    cut = file.with_suffix(".cut.onnx")
    onnx.utils.extract_model(str(file), str(cut), [name], ["keypoints", "scores"])
    session = onnxruntime.InferenceSession(str(cut), providers=["CPUExecutionProvider"])
    return lambda values: session.run(None, {name: values})


for number, (name, of, compat, test_cfg) in enumerate(cases):
    maps = np.array(golden[of], np.float32).reshape(-1, height, width)
    run = decoder(export(f"decoding_{number}", len(maps), compat, test_cfg))
    empty, below = np.zeros_like(maps), np.full_like(maps, -0.5)
    keypoints, scores = run(np.stack([maps, empty, below]))
    less = 1 if test_cfg.get("use_udp") else 0
    pixel = np.array([4 * width / (width - less), 4 * height / (height - less)])
    wanted = np.array(golden[name]["keypoints_heatmap"])
    difference = np.abs(keypoints[0] / pixel - wanted).max()
    assert difference < 2e-4, (name, compat, difference)
    assert np.allclose(scores[0], golden[name]["scores"], 1e-6, 1e-6), (name, compat)
    assert np.allclose(keypoints[1:], -pixel, atol=1e-4), (name, "found where nothing is", keypoints[1:])
    print(f"{name} {compat}: within {difference:.1e} of a heatmap's pixel of mmpose's")
