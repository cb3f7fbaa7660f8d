#!/usr/bin/env bash
# posehost init as a user calls it, with real pictures in the layout of each tool. Arguments: source folder, build folder, whether only
# base is built.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost base_only=$3
make_labels() { python3 "$source/tests/support/make_labels.py" "$1" "$source/configs/data/mirror_mouse" "$work/$1" "$2"; }
cd "$work"

for format in deeplabcut labelme yolo coco; do
  make_labels $format 12
  run 0 "$posehost" init $format --json
  python3 - $format "$output" <<'CHECK'
import json, os, sys
made = json.loads(sys.argv[2])
train, val = (json.load(open(f"{made['folder']}/{side}.json")) for side in ("train", "val"))
assert made["images"] == 12 and len(made["keypoints"]) == 17, made
assert len(train["images"]) + len(val["images"]) == 12 and train["images"] and val["images"]
assert not made["trains_mirrored"] and made["left_out"] == [], made
truth = {i["file_name"]: i for i in train["images"] + val["images"]}
for name, image in truth.items():
    assert os.path.exists(f"{made['root']}/{name}") and (image["width"], image["height"]) == (396, 406), image
if sys.argv[1] in ("deeplabcut", "labelme"):
    folders = [{os.path.dirname(i["file_name"]) for i in side["images"]} for side in (train, val)]
    assert not folders[0] & folders[1], folders
for annotation in train["annotations"]:
    x, y, w, h = annotation["bbox"]
    assert x >= 0 and y >= 0 and x + w <= 396.01 and y + h <= 406.01 and annotation["num_keypoints"] > 10
CHECK
  run 0 "$posehost" print-config ${format}_posehost/config.json
done

# The same points, whichever way they came.
python3 - <<'CHECK'
import json
sets = []
for kind in ("deeplabcut", "labelme", "yolo", "coco"):
    found = {}
    order = json.load(open(f"{kind}_posehost/train.json"))["categories"][0]["keypoints"]
    for side in ("train", "val"):
        data = json.load(open(f"{kind}_posehost/{side}.json"))
        files = {i["id"]: i["file_name"].split("/")[-1] for i in data["images"]}
        for a in data["annotations"]:
            points = [a["keypoints"][k:k + 3] for k in range(0, 51, 3)]
            found[files[a["image_id"]]] = points if kind == "yolo" else sorted(zip(order, points))
    sets.append(found)
assert sets[0] == sets[1] == sets[3]
for name, points in sets[2].items():  # without names; shares of the picture's size
    other = dict(sets[3][name])
    for got, wanted in zip(points, [other[n] for n in json.load(open("coco_posehost/train.json"))["categories"][0]["keypoints"]]):
        assert got[2] == wanted[2] and abs(got[0] - wanted[0]) < 0.02 and abs(got[1] - wanted[1]) < 0.02, (got, wanted)
CHECK

# What a person sees.
run 0 "$posehost" init deeplabcut --out again --val 0.5 --split folder --image-size 64 --epochs 1
expect "found DeepLabCut in"
expect "12 with 12 objects (animal), 12 boxes made from points"
expect "train 6 pictures, 6 objects; val 6 pictures, 6 objects; by folder, of which there are 2"
expect "a side but no partner: paw1LH_top"
expect "next posehost run $work/again/config.json"
run 2 "$posehost" init deeplabcut --out again
expect "is there already" && expect "--force"
run 0 "$posehost" init deeplabcut --out again --force --image-size 64 --epochs 1
run 0 "$posehost" init yolo --out bydata --json
expect '"by": "as the data says"'
run 0 "$posehost" init yolo --out byval --val 0.5 --json
expect '"by": "by video"'
run 2 "$posehost" init deeplabcut --image-size 100 --out x
run 2 "$posehost" init deeplabcut --split clip --out x
run 4 "$posehost" init "$work/nothing" --out x
run 4 "$posehost" init coco --format yolo --out x
expect "expected data.yaml with kpt_shape"
[[ ! -e x ]] || fail "something was written"

# And the config runs as it is.
if [[ $base_only != ON ]]; then
  run 0 env OMP_NUM_THREADS=1 "$posehost" run again/config.json --set runtime.threads=1
  expect "EPE" && expect "work dir $work/again/run"
fi
echo "all as expected"
