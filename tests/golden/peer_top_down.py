"""mmpose 1.3.2's own data set and network for 17 keypoints, as parity_losses.py and ../bench use them.

Import it before mmpose: it brings peer_stubs.
"""
import os

import peer_stubs  # noqa: F401  (before mmpose)
from mmpose.datasets.datasets.base import BaseCocoStyleDataset
from mmpose.registry import MODELS

JOINTS = 17
MEAN, STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


def codec(size):
    """MSRA heatmaps for a crop of `size` (width, height), a quarter of it."""
    return dict(type="MSRAHeatmap", input_size=size, heatmap_size=(size[0] // 4, size[1] // 4), sigma=2)


def dataset(folder, size, augmentation=(), pack=None):
    """train.json and images/ of `folder`; `augmentation` stands between box and crop, `pack` are arguments
    of PackPoseInputs."""
    joints = {i: dict(name=f"k{i}", id=i, color=[0, 0, 0], type="", swap="") for i in range(JOINTS)}
    return BaseCocoStyleDataset(
        ann_file=os.path.join(folder, "train.json"),
        data_prefix=dict(img=os.path.join(folder, "images/")),
        metainfo=dict(dataset_name="mirror_mouse", keypoint_info=joints, skeleton_info={},
                      joint_weights=[1.0] * JOINTS, sigmas=[0.05] * JOINTS),
        pipeline=[
            dict(type="LoadImage"),
            dict(type="GetBBoxCenterScale", padding=1.25),
            *augmentation,
            dict(type="TopdownAffine", input_size=size),
            dict(type="GenerateTarget", encoder=codec(size)),
            dict(type="PackPoseInputs", **(pack or {})),
        ])


def build_model(size, depth=18, channels=512, filters=128):
    """ResNet of `depth` that gives `channels`, three deconvolutions of `filters`; in training mode."""
    return MODELS.build(dict(
        type="TopdownPoseEstimator",
        data_preprocessor=dict(type="PoseDataPreprocessor", mean=MEAN, std=STD, bgr_to_rgb=True),
        backbone=dict(type="ResNet", depth=depth),
        head=dict(type="HeatmapHead", in_channels=channels, out_channels=JOINTS,
                  deconv_out_channels=(filters,) * 3, deconv_kernel_sizes=(4, 4, 4),
                  loss=dict(type="KeypointMSELoss", use_target_weight=True),
                  decoder=codec(size)))).train()
