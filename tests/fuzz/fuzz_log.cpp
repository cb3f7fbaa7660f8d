// JSON logs of runs: rows, places, times.
#include <cmath>

#include "analyze/training_log.hpp"
#include "open_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto log = ph::TrainingLog::read(fuzz::file_with(data, size));
    for (const char* key : {"loss", "acc_pose", "val/loss", "lr", "time", "PCK"}) {
      try {
        const auto series = log.series(key);
        for (std::size_t i = 1; i < series.size(); ++i)
          fuzz::must(series[i - 1].iter <= series[i].iter, "a series goes forward");
      } catch (const ph::Error& error) {
        fuzz::must(error.kind() == ph::ErrorKind::data, "a key that is not there is the log's fault");
      }
    }
    std::vector<double> all;
    for (const auto& epoch : log.epoch_times(true, all))
      fuzz::must(!std::isnan(epoch.mean), "a mean of times is a number");
  } catch (const ph::Error& error) {
    fuzz::must(error.kind() == ph::ErrorKind::data, "a bad log is the log's fault");
  }
  return 0;
}
