"""Every tool with files that are empty, cut, of another kind, folders, or not there: an error in four parts with its exit code, and
what was there before stays.

bad_inputs.py POSEHOST CONFIG WORKDIR FOLDER, in configs/. WORKDIR: a run of CONFIG.
"""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

posehost, config, workdir, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
checkpoint, log = workdir / "last.safetensors", next(workdir.glob("*.log.json"))
picture = sorted(Path("data/mirror_mouse/images").iterdir())[0]
labels, pth = Path("data/mirror_mouse/val.json"), Path("../tests/fixtures/weights/zip.pth")
places, wrong = folder / "in", []
shutil.rmtree(places, ignore_errors=True)
places.mkdir(parents=True)


def damaged(good, foreign):
    """Files of these kinds instead of a good one."""
    suffix = "".join(good.suffixes[-2:]) if good.name.endswith(".log.json") else good.suffix
    whole = good.read_bytes()
    for name, content in (("empty", b""), ("cut", whole[:len(whole) * 2 // 3]), ("foreign", foreign.read_bytes()[:100_000])):
        (places / f"{name}{suffix}").write_bytes(content)
        yield places / f"{name}{suffix}"
    (places / f"folder{suffix}").mkdir(exist_ok=True)
    yield places / f"folder{suffix}"
    yield places / f"missing{suffix}"


def refused(*command, out=None, codes=(2, 4)):
    """It is, and the file that it was to write is as it was."""
    command = [posehost, *map(str, command)]
    if out:
        out.write_text("old")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=120)
    missing = [part for part in ("error: ", "\n  found ", "\n  expected ", "\n  try ") if part not in done.stdout]
    if done.returncode not in codes or missing or (out and out.read_text() != "old"):
        wrong.append(f"{' '.join(command[1:])}\n  exit code {done.returncode}, without {missing}, "
                     f"{'' if not out or out.read_text() == 'old' else 'OVERWRITTEN'}\n{done.stdout[-1500:]}")


def out(suffix):
    return folder / f"kept{suffix}"


def configs():
    for file in [*damaged(Path("quickstart.json"), picture), labels]:
        for command in (["get-flops", file], ["print-config", file], ["schedule", file, "--iters-per-epoch", 9],
                        ["run", file, "--work-dir", folder / "none"]):
            refused(*command)
        refused("browse", file, "--out", out(".html"), out=out(".html"))
        refused("export", file, checkpoint, "--out", out(".onnx"), out=out(".onnx"))
        refused("test", file, checkpoint, "--out", out(".json"), out=out(".json"))
        refused("infer", checkpoint, picture, "--cfg", file, "--json", out(".json"), out=out(".json"))
    assert not (folder / "none").exists()


def weights():
    for file in [*damaged(checkpoint, picture), *damaged(pth, picture)]:
        refused("export", config, file, "--out", out(".onnx"), out=out(".onnx"))
        refused("test", config, file, "--out", out(".json"), out=out(".json"))
        refused("infer", file, picture, "--csv", out(".csv"), out=out(".csv"))
        refused("convert", file, out(".safetensors"), "--force", out=out(".safetensors"))
        refused("publish", file, folder / "published")
    refused("convert", checkpoint, out(".safetensors"), out=out(".safetensors"), codes=(2, 6))  # without --force
    refused("convert", checkpoint, out(".bin"))
    assert not list(folder.glob("published*"))
    # Another network's weights, another shape.
    other = ["--set", "model.keypoint_head.out_channels=16"]
    refused("test", config, checkpoint, *other, "--out", out(".json"), out=out(".json"))
    refused("export", config, checkpoint, *other, "--out", out(".onnx"), out=out(".onnx"))
    refused("export", config, checkpoint, "--shape", 50, 3, "--decode", "--set", "model.test_cfg.use_udp=true", "--set",
            "model.backbone.out_indices=[7]", "--out", out(".onnx"), out=out(".onnx"))


def pictures_and_boxes():
    for file in damaged(picture, labels):
        refused("infer", checkpoint, file, "--json", out(".json"), out=out(".json"))
        refused("infer", checkpoint, file, "--strict", "--json", out(".json"), out=out(".json"))
    for file in [*damaged(labels, Path("quickstart.json")), labels]:
        refused("infer", checkpoint, picture, "--boxes", file, "--json", out(".json"), out=out(".json"))
        if file != labels:
            refused("evaluate", "--gt", file, "--dt", labels)
            refused("evaluate", "--gt", labels, "--dt", file)
    for text in ("{}", "[{}]", '[{"image_id": 1}]', '[{"image_id": 1, "category_id": 1, "keypoints": [1, 2, 3], "score": 1}]'):
        (folder / "results.json").write_text(text)
        for metric in ("mAP", "PCK"):
            refused("evaluate", "--gt", labels, "--dt", folder / "results.json", "--metric", metric)


def logs():
    copy = folder / "copy"
    for file in damaged(log, labels):
        refused("analyze-logs", "plot_curve", file, "--out", out(".png"), out=out(".png"))
        refused("analyze-logs", "cal_train_time", file)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(workdir, copy, ignore=shutil.ignore_patterns("*.log.json"))
        if file.is_file():
            shutil.copy(file, copy / "1.log.json")
        refused("report", copy, "--out", out(".html"), out=out(".html"))
    shutil.copy(log, copy / "1.log.json")
    for text in ("", "{", "[]", '{"state": 3}'):
        (copy / "status.json").write_text(text)
        refused("report", copy, "--no-predictions", "--out", out(".html"), out=out(".html"))
        refused("status", copy)
        refused("ctl", copy, "stop")
    for place in (folder / "nowhere", log):
        for command in (["report", place], ["runs", place], ["status", place], ["ctl", place, "stop"]):
            refused(*command, codes=(2, 4, 6))


def labelled_folders():
    table = "labeled-data/v/CollectedData_P.csv"
    for files in ({}, {"a.txt": "x"}, {table: ""}, {table: "scorer,P,P\nbodyparts,a,a\n"}, {table: "scorer,P,P\nbodyparts,a,a\ncoords,x,y\n"},
                  {table: "scorer,P,P\nbodyparts,a,a\ncoords,x,y\nlabeled-data/v/no.png,1,2\n"}, {"a.json": ""}, {"a.json": '{"shapes":['},
                  {"a.json": '{"shapes":3,"imagePath":"a.png"}'}, {"a.json": '{"images":[]}'}, {"data.yaml": ""}, {"data.yaml": "train: x\n"},
                  {"data.yaml": "\0\1"}, {"a.json": '{"images":[],"annotations":[],"categories":[]}'}, {"a.json": "[1]"}):
        project = folder / "project"
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir()
        for name, text in files.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text)
        refused("init", project, "--out", folder / "made")
        for kind in ("deeplabcut", "labelme", "yolo", "coco"):
            refused("init", project, "--format", kind, "--out", folder / "made")
    refused("init", folder / "nowhere", "--out", folder / "made")
    refused("init", config, "--out", folder / "made")
    assert not (folder / "made").exists()


def places_to_write():
    """A folder that is not there shows before the work."""
    nowhere = folder / "nowhere"
    for command in (["analyze-logs", "plot_curve", log, "--out", nowhere / "a.png"], ["report", workdir, "--out", nowhere / "a.html"],
                    ["convert", checkpoint, nowhere / "a.pth"], ["publish", checkpoint, nowhere / "a"], ["browse", config, "--out", nowhere / "a.html"],
                    ["infer", checkpoint, picture, "--json", nowhere / "a.json"], ["infer", checkpoint, picture, "--csv", nowhere / "a.csv"],
                    ["test", config, checkpoint, "--out", nowhere / "a.json"], ["export", config, checkpoint, "--out", nowhere / "a.onnx"]):
        refused(*command, codes=(6,))
    assert not nowhere.exists()


def onnx_files():
    if not os.environ.get("POSEHOST_ONNX_PYTHON"):
        print("no POSEHOST_ONNX_PYTHON: check-model is left out")
        return
    good = folder / "good.onnx"
    subprocess.run([posehost, "export", config, checkpoint, "--out", good], check=True, stdout=subprocess.DEVNULL)
    for file in damaged(good, picture):
        refused("check-model", file)
        refused("check-model", file, config, checkpoint)


for group in (configs, weights, pictures_and_boxes, logs, labelled_folders, places_to_write, onnx_files):
    group()
if wrong:
    sys.exit(f"{len(wrong)} answers are not as they should be:\n" + "\n".join(wrong))
