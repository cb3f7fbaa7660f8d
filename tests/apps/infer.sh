#!/usr/bin/env bash
# posehost infer as a user calls it, on a network of seconds. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
cd "$source/configs"
small=$work/small.json images=data/mirror_mouse/images
export OMP_WAIT_POLICY=PASSIVE
printf '{"_base_": "%s/tests/apps/small.json", "runtime": {"precision": "fp32"}}' "$source" > "$small"

says() {
  local text=$2
  run "$1" "${@:3}"
  expect "$text"
}

"$posehost" run "$small" --work-dir "$work/run" --set total_epochs=1 --no-validate > "$work/run.txt" 2>&1 \
  || fail "training" "$(cat "$work/run.txt")"
last=$work/run/last.safetensors
mkdir "$work/in"
python3 - data/mirror_mouse/val.json "$work" <<'PICK'
import json, shutil, sys
truth = json.load(open(sys.argv[1]))
chosen = truth["images"][:4]
ids = {image["id"] for image in chosen}
for image in chosen:
    shutil.copy("data/mirror_mouse/images/" + image["file_name"], sys.argv[2] + "/in/")
json.dump({"images": chosen, "annotations": [a for a in truth["annotations"] if a["image_id"] in ids],
           "categories": truth["categories"]}, open(sys.argv[2] + "/boxes.json", "w"))
PICK
first=$(ls "$work/in" | head -n 1)

# Whole images of a folder, the config out of the checkpoint; pictures, both tables.
says 0 "4 pictures, 4 poses" "$posehost" infer "$last" "$work/in" --out "$work/out" --json "$work/r.json" --csv "$work/r.csv" --batch 3 --kpt-thr -1
expect "the config in it"
[[ $(ls "$work/in") == $(ls "$work/out") ]] || fail "a picture for each" "$(ls "$work/out")"
cmp -s "$work/in/$first" "$work/out/$first" && fail "nothing is drawn"
python3 - "$work" <<'CHECK' || fail "tables" "$(cat "$work/r.csv")"
import csv, json, sys
rows = list(csv.reader(open(sys.argv[1] + "/r.csv")))
poses = json.load(open(sys.argv[1] + "/r.json"))
assert [row[0] for row in rows[:3]] == ["scorer", "bodyparts", "coords"], rows[:3]
assert rows[0][1:] == ["last"] * 51 and rows[2][1:4] == ["x", "y", "likelihood"]
assert len(rows) == 7 and len(poses) == 4
assert sorted(poses[0]) == ["category_id", "center", "file_name", "image_id", "keypoints", "scale", "score"]
for row, pose in zip(rows[3:], poses):
    assert row[0] == pose["file_name"]
    assert all(abs(float(a) - b) < 1e-3 for a, b in zip(row[1:], pose["keypoints"]))
CHECK
# The whole batch at once, one by one, and with norms left alone: the same keypoints.
"$posehost" infer "$last" "$work/in" --json "$work/plain.json" --plain > /dev/null 2>&1
python3 - "$work/r.json" "$work/plain.json" <<'CHECK' || fail "batches or fusing change keypoints"
import json, sys
a, b = (json.load(open(name)) for name in sys.argv[1:])
worst = max(abs(x - y) for p, q in zip(a, b) for x, y in zip(p["keypoints"][2::3], q["keypoints"][2::3]))
assert worst < 1e-4, worst
CHECK

# Boxes of an annotation file give what `test` gives.
"$posehost" infer "$last" "$work/in" --boxes "$work/boxes.json" --json "$work/boxed.json" --plain > /dev/null 2>&1
"$posehost" test "$small" "$last" --set "data.val.ann_file=\"$work/boxes.json\"" --out "$work/tested.json" > /dev/null 2>&1
python3 - "$work/boxed.json" "$work/tested.json" <<'CHECK' || fail "infer and test differ" "$(head -c 600 "$work/boxed.json" "$work/tested.json")"
import json, sys
a, b = ({r["image_id"]: r["keypoints"] for r in json.load(open(name))} for name in sys.argv[1:])
assert set(a) == set(b) and len(a) == 4, (set(a), set(b))
# Annotated boxes are cut to the image by the data set (one pixel less), not by infer.
worst = sorted(abs(x - y) for k in a for x, y in zip(a[k], b[k]))
assert worst[len(worst) // 2] < 2, worst
CHECK
# A list as detectors write it, two in one image: individuals.
printf '[{"file_name": "%s", "bbox": [10, 10, 300, 200], "score": 0.9}, {"file_name": "%s", "bbox": [0, 0, 200, 100]}]' "$first" "$first" > "$work/list.json"
says 0 "4 pictures, 2 poses" "$posehost" infer "$last" "$work/in" --boxes "$work/list.json" --csv "$work/two.csv"
grep -q "^individuals,ind1" "$work/two.csv" || fail "two in one picture" "$(head -c 300 "$work/two.csv")"

# The config beside the checkpoint, and given.
says 0 "written" "$posehost" convert "$last" "$work/run/bare.pth" --quiet
says 0 "1 pictures, 1 poses" "$posehost" infer "$work/run/bare.pth" "$work/in/$first"
says 0 "1 pictures, 1 poses" "$posehost" infer "$last" "$work/in/$first" --cfg "$small"

# Broken pictures are listed and skipped; --strict stops there.
head -c 2000 "$work/in/$first" > "$work/in/cut.png"
printf '' > "$work/in/empty.jpg"
says 4 "skipped 2 broken pictures" "$posehost" infer "$last" "$work/in" --json "$work/rest.json"
expect "cut.png"
expect "empty.jpg"
[[ $(grep -c keypoints "$work/rest.json") == 4 ]] || fail "the others are done"
printf old > "$work/old.json"
says 4 "cut.png" "$posehost" infer "$last" "$work/in" --json "$work/old.json" --strict
says 4 "no pose was looked for" "$posehost" infer "$last" "$work/in/cut.png" --json "$work/old.json"

# What cannot be: an error with its place, an exit code, nothing overwritten.
printf '{"images": []}' > "$work/bad.json"
printf '[{"image_id": 1, "bbox": [1, 2, 3]}]' > "$work/three.json"
printf '[' > "$work/cut.json"
says 4 "bad.json" "$posehost" infer "$last" "$work/in/$first" --boxes "$work/bad.json" --json "$work/old.json"
says 4 "four numbers" "$posehost" infer "$last" "$work/in/$first" --boxes "$work/three.json" --json "$work/old.json"
says 4 "cut.json" "$posehost" infer "$last" "$work/in/$first" --boxes "$work/cut.json" --json "$work/old.json"
says 4 "there is no such file" "$posehost" infer "$last" "$work/none.jpg"
says 2 "neither an image nor a video" "$posehost" infer "$last" "$work/cut.json"
says 2 "an input would be written over" "$posehost" infer "$last" "$work/in" --out "$work/in"
cp "$source/tests/fixtures/weights/zip.pth" "$work/zip.pth"
says 2 "not known which network" "$posehost" infer "$work/zip.pth" "$work/in/$first"
says 4 "nothing in it fits the network" "$posehost" infer "$work/zip.pth" "$work/in/$first" --cfg "$small"
says 2 "dataset_info" "$posehost" infer "$last" "$work/in/$first" --cfg "$small" --set 'dataset_info={"keypoint_info": {}}'
[[ $(cat "$work/old.json") == old ]] || fail "the old file is gone"

# A video: frames in, frames out.
if [[ -e $2/libexec/posehost/libposehost_video.so ]]; then
  says 0 "5 pictures, 5 poses" "$posehost" infer "$last" "$source/tests/fixtures/videos/mouse.avi" --csv "$work/v.csv" --out "$work/out" --batch 2
  python3 - "$work" <<'CHECK' || fail "frames" "$(cut -c -80 "$work/v.csv")"
import csv, sys
rows = list(csv.reader(open(sys.argv[1] + "/v.csv")))
assert [row[0] for row in rows[3:]] == ["0", "1", "2", "3", "4"], rows
CHECK
  says 0 "5 pictures, 5 poses" "$posehost" infer "$last" "$work/out/mouse.mp4"
  printf 'no video' > "$work/bad.mp4"
  says 4 "cannot be read as a video" "$posehost" infer "$last" "$work/bad.mp4"
else
  says 6 "libopencv-videoio-dev" "$posehost" infer "$last" "$source/tests/fixtures/videos/mouse.avi"
fi
says 0 "Examples" "$posehost" infer --help
echo "all as expected"
