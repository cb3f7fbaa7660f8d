# Compares what an MLflow server has with a run's JSON log.
import glob
import json
import sys

from mlflow.tracking import MlflowClient

url, work_dir = sys.argv[1:]
client = MlflowClient(url)
experiment = client.get_experiment_by_name("mice")
runs = client.search_runs([experiment.experiment_id])
assert len(runs) == 1, runs
run = runs[0]
assert run.info.status == "FINISHED", run.info.status
assert run.data.tags["lab"] == "a b" and run.data.params == {"lr": "0.002"}, run.data
rows = {}
for file in sorted(glob.glob(work_dir + "/*.log.json")):
    with open(file) as lines:
        for row in map(json.loads, lines):
            if row.get("mode") == "train":
                rows[(row["epoch"] - 1) * 5 + row["iter"]] = row
loss = {value.step: value.value for value in client.get_metric_history(run.info.run_id, "train/loss")}
assert sorted(loss) == list(range(1, 16)), sorted(loss)
assert all(loss[step] == rows[step]["loss"] for step in loss)
assert {value.step for value in client.get_metric_history(run.info.run_id, "val/PCK")} == {5, 10, 15}
print(len(loss), "rows")
