"""mmpose's side of whole_run.py: the quickstart's training by mmengine's Runner; one JSON line at the end.

Peer:   mmpose 1.3.2, mmengine 0.10.7, mmcv-lite 2.1.0, torch 2.11.0 (tests/golden/setup_peers.sh)
Called: by whole_run.py; alone:  python mmpose_run.py --data FOLDER --epochs 60 --seed 0 --work-dir DIR

Network, data, augmentation, optimizer and schedule are those of configs/quickstart.json; the rest is as mmpose's
users get it: fp32, two worker processes, malloc as it comes.
"""
import argparse
import json
import os
import sys
import time

BEGAN = time.time()
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
from peer_top_down import JOINTS, build_model, codec  # noqa: E402  (before mmpose)
import mmengine.model.utils  # noqa: E402
from mmengine.hooks import Hook  # noqa: E402
from mmengine.runner import Runner  # noqa: E402
from mmpose.utils import register_all_modules  # noqa: E402

# It would look for the compiled operators behind the stand-in of peer_stubs.
mmengine.model.utils.mmcv_full_available = lambda: False
SIZE = (256, 256)
AUGMENTATION = [dict(type="RandomBBoxTransform", shift_factor=0.1, shift_prob=0.3, scale_factor=(0.8, 1.2),
                     scale_prob=1.0, rotate_factor=30.0, rotate_prob=0.6)]


class FirstIteration(Hook):
    seconds = None

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if FirstIteration.seconds is None:
            FirstIteration.seconds = time.time() - BEGAN


def loader(folder, part, train):
    joints = {i: dict(name=f"k{i}", id=i, color=[0, 0, 0], type="", swap="") for i in range(JOINTS)}
    steps = [dict(type="LoadImage"), dict(type="GetBBoxCenterScale", padding=1.25),
             *(AUGMENTATION if train else []), dict(type="TopdownAffine", input_size=SIZE),
             *([dict(type="GenerateTarget", encoder=codec(SIZE))] if train else []), dict(type="PackPoseInputs")]
    return dict(
        batch_size=16, num_workers=2, persistent_workers=True,
        sampler=dict(type="DefaultSampler", shuffle=train),
        dataset=dict(
            type="BaseCocoStyleDataset", ann_file=os.path.join(folder, f"{part}.json"), test_mode=not train,
            data_prefix=dict(img=os.path.join(folder, "images/")), pipeline=steps,
            metainfo=dict(dataset_name="mirror_mouse", keypoint_info=joints, skeleton_info={},
                          joint_weights=[1.0] * JOINTS, sigmas=[0.05] * JOINTS)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work-dir", required=True)
    args = parser.parse_args()
    answers = os.dup(1)
    os.dup2(2, 1)
    register_all_modules()
    model = build_model(SIZE)
    runner = Runner(
        model=model, work_dir=args.work_dir, randomness=dict(seed=args.seed), default_scope="mmpose",
        train_dataloader=loader(args.data, "train", True), val_dataloader=loader(args.data, "val", False),
        train_cfg=dict(by_epoch=True, max_epochs=args.epochs, val_interval=max(1, min(20, args.epochs))),
        val_cfg=dict(), val_evaluator=[dict(type="PCKAccuracy", thr=0.05), dict(type="EPE")],
        optim_wrapper=dict(optimizer=dict(type="Adam", lr=2e-3)),
        param_scheduler=[dict(type="LinearLR", start_factor=0.01, by_epoch=False, begin=0, end=20),
                         dict(type="MultiStepLR", milestones=[45, 55], by_epoch=True)],
        default_hooks=dict(checkpoint=dict(type="CheckpointHook", interval=20, max_keep_ckpts=2)),
        custom_hooks=[FirstIteration()], log_level="WARNING")
    runner.train()
    metrics = {}
    for key in ("PCK", "EPE"):
        for name, history in runner.message_hub.log_scalars.items():
            if name in (f"val/{key}", f"val/{key}/{key}"):
                metrics[key] = float(history.current())
    line = {"seconds": time.time() - BEGAN, "first_iteration_s": FirstIteration.seconds, **metrics}
    os.write(answers, (json.dumps(line) + "\n").encode())


if __name__ == "__main__":
    main()
