#!/usr/bin/env bash
# posehost browse, report and runs as a user calls them; the pages in a headless browser. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
source "$source/tests/support/chromium.sh"
cd "$work"
export OMP_NUM_THREADS=1
small=(--set runtime.threads=1 --set data.samples_per_gpu=36 --set total_epochs=2 --set 'lr_config={"policy": "step", "step": [1]}' --set evaluation.interval=1
  --set 'data.train.data_cfg.image_size=[64,64]' --set 'data.train.data_cfg.heatmap_size=[16,16]'
  --set 'data.val.data_cfg.image_size=[64,64]' --set 'data.val.data_cfg.heatmap_size=[16,16]' --set log_config.interval=1)
config=$source/configs/quickstart.json

# The same seed, the same bytes; another seed, other ones.
run 0 "$posehost" browse "$config" --n 6 --seed 3 --out a.html
expect "samples a.html"
run 0 "$posehost" browse "$config" --n 6 --seed 3 --out b.html
run 0 "$posehost" browse "$config" --n 6 --seed 4 --out c.html
cmp a.html b.html || fail "equal seeds give different pages"
! cmp -s a.html c.html || fail "different seeds give equal pages"
[[ $(grep -o '<figure>' a.html | wc -l) == 6 && $(grep -o '<image ' a.html | wc -l) == 12 ]] || fail "not six samples with a heatmap each"

grep -q '</b>paw1LH_top</span>' a.html || fail "no names"

# Two runs, a table of them, a report of each.
run 0 "$posehost" run "$config" "${small[@]}" --work-dir 'runs/<b>one'
run 0 "$posehost" run "$config" "${small[@]}" --work-dir runs/two --set optimizer.lr=0.0001 --set 'evaluation.metric=["PCK", "EPE", "mAP"]'
run 0 "$posehost" runs runs
expect "<b>one finished 2/2" && expect "optimizer.lr=0.0001" && expect "PCK"
run 0 "$posehost" runs runs --sort EPE --json
python3 - "$output" <<'CHECK'
import json, sys
runs = json.loads(sys.argv[1])["runs"]
assert len(runs) == 2 and all(r["state"] == "finished" for r in runs), runs
assert runs[0]["best"]["EPE"]["value"] <= runs[1]["best"]["EPE"]["value"]
assert {r["settings"]["optimizer.lr"] for r in runs} == {0.002, 0.0001}, runs
CHECK
run 2 "$posehost" runs runs --sort EPF
expect 'did you mean "EPE"'
run 4 "$posehost" runs "$source/sdk"

run 0 "$posehost" report 'runs/<b>one' --samples 3
[[ $(grep -o '<figure>' 'runs/<b>one/report.html' | wc -l) == 6 ]] || fail "not three best and three worst samples"
grep -q 'paw1LH_top' 'runs/<b>one/report.html' || fail "no errors by keypoint"
for part in 'Where the time goes' '<td>backward</td>' '<td>optimizer: org.posehost.optimizers/Adam</td>' '<td>hook: org.posehost.' 'data: waiting'; do
  grep -q "$part" 'runs/<b>one/report.html' || fail "not in the report: $part"
done
# Of a run with mAP there is a file of results, which needs no checkpoint.
run 0 "$posehost" report runs/two --no-predictions --samples 2 --out two.html
grep -q "result_keypoints.json of the work dir" two.html || fail "results of the work dir are not taken"
[[ $(grep -o '<image ' two.html | wc -l) == 4 ]] || fail "no pictures of four samples"
rm runs/two/result_keypoints.json
run 0 "$posehost" report runs/two --no-predictions --out two.html
grep -q -- '--no-predictions' two.html || fail "not said why there are no samples"
for page in a.html two.html 'runs/<b>one/report.html'; do
  ! grep -qE '<script|(src|href)="(http|//)|<b>one' "$page" || fail "$page holds what is not ours"
done
# What the report says is what the run said.
run 0 "$posehost" report 'runs/<b>one' --json
python3 - "${output#*warning:*$'\n'}" <<'CHECK'
import json, sys
text = sys.argv[1]
report = json.loads(text[text.index("{\n"):])
best = report["best"]["EPE"]["value"]
assert abs(report["results"]["metrics"]["EPE"] - best) < 1e-3 * best or abs(report["results"]["metrics"]["PCK"] - report["best"]["PCK"]["value"]) < 1e-6, report
assert len(report["results"]["keypoints"]) == 17
CHECK
# Pictures that are gone leave the curves.
run 0 "$posehost" report runs/two --out gone.html --device cpu --plugin-dir "$work"
rm runs/two/config.json
run 0 "$posehost" report runs/two --out gone.html
expect "no predictions in this report"
run 4 "$posehost" report "$work" --no-predictions
expect "no log in this folder"

[[ -n $browser ]] || { echo "no chromium: pages are not looked at"; exit 77; }
page_opens "$work/a.html"
page_opens "$work/two.html"
page_opens "$work/runs/<b>one/report.html"
expect "<h2>Worst samples</h2>"
picture_of "$work/a.html" a.png 900
picture_of "$work/two.html" two.png 1600
# Not empty: a page of one colour compresses to a few kB.
for picture in a.png two.png; do
  [[ $(stat -c %s $picture) -gt 20000 ]] || fail "$picture is empty"
done
echo "all as expected"
