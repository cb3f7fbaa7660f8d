# Compares what TensorBoard reads from a run's event files with its JSON log.
import glob
import io
import json
import sys

from tensorboard.backend.event_processing import event_accumulator as reader

work_dir = sys.argv[1]
log = reader.EventAccumulator(work_dir + "/tf_logs", size_guidance={reader.SCALARS: 0, reader.IMAGES: 0})
log.Reload()
tags = log.Tags()
for tag in ("train/loss", "train/acc_pose", "train/time", "val/PCK", "learning_rate"):
    assert tag in tags["scalars"], (tag, tags["scalars"])

rows = {}
for file in sorted(glob.glob(work_dir + "/*.log.json")):
    with open(file) as lines:
        for row in map(json.loads, lines):
            if row.get("mode") == "train":
                rows[(row["epoch"] - 1) * 5 + row["iter"]] = row
loss = log.Scalars("train/loss")
assert [value.step for value in loss] == list(range(1, 16)), [value.step for value in loss]
for value in loss:
    expected = rows[value.step]["loss"]
    assert abs(value.value - expected) <= 1e-6 * abs(expected), (value, expected)  # simple_value is a float
assert [value.step for value in log.Scalars("val/PCK")] == [5, 10, 15]
images = log.Images("samples/train")
assert [image.step for image in images] == [1, 5, 9, 10, 15], [image.step for image in images]
assert images[0].width == 512 and images[0].height == 64
assert images[0].encoded_image_string[:8] == b"\x89PNG\r\n\x1a\n"
try:
    from PIL import Image

    assert Image.open(io.BytesIO(images[0].encoded_image_string)).convert("RGB").size == (512, 64)
except ImportError:
    pass
print(len(loss), "rows", len(images), "pictures")
