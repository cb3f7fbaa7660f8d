#!/usr/bin/env bash
# posehost evaluate as a user calls it. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
cd "$source/tests/core/metric/okseval"

# says <exit status> <text> <command...>
says() {
  local text=$2
  run "$1" "${@:3}"
  expect "$text"
}
evaluate() { "$posehost" evaluate --gt coco4/gt.json "$@"; }

says 0 "Examples:" "$posehost" evaluate --help
says 0 "maxDets= 20 ] = 0.861" evaluate --dt coco4/dt.json
expect "assumed: OKS sigmas"
says 0 '"AP": 0.86088960544' evaluate --dt coco4/dt.json --json
says 0 "maxDets= 20 ] = 0.894" evaluate --dt coco4/dt.json --no-use-area
says 0 "maxDets= 20 ] = 0.861" evaluate --dt coco4/dt.json --use-area
says 0 "left_ankle" evaluate --dt coco4/dt.json --metric PCK --metric NME --norm bbox_size --per-keypoint
expect "PCK 0.977332"
says 0 '"per_keypoint"' evaluate --dt coco4/dt.json --metric EPE --per-keypoint --json
says 0 "computed" evaluate --dt coco4/dt.json --timing
says 0 "14 results of unknown images" bash -c "sed 's/\"image_id\":/\"image_id\":9/g' mmpose_bbox_rle/dt.json > '$work/moved.json'
  '$posehost' evaluate --gt coco4/gt.json --dt '$work/moved.json' --skip-unknown"

says 2 "--gt" "$posehost" evaluate --dt coco4/dt.json
says 2 'did you mean "mAP"' evaluate --dt coco4/dt.json --metric mPA
says 2 "17, one per keypoint" evaluate --dt coco4/dt.json --sigmas 0.1,0.2
says 2 "--norm nose" evaluate --dt coco4/dt.json --metric NME --norm nose
says 2 'there is no compat row "0.14"' evaluate --dt coco4/dt.json --compat 0.14
says 4 "its image does not exist in coco4/gt.json" evaluate --dt fce/dt.json
says 4 "results are not a list" evaluate --dt coco4/gt.json
says 4 "cannot be read" evaluate --dt none.json
printf '[]' > "$work/none.json"
says 4 "there are no results" evaluate --dt "$work/none.json"
printf '[{"image_id": 785, "keypoints": [1], "score": NaN}]' > "$work/nan.json"
says 4 "NaN is no number" evaluate --dt "$work/nan.json"
head -c 5000 coco4/dt.json > "$work/cut.json"
says 4 "not valid JSON" evaluate --dt "$work/cut.json"
echo "all as expected"
