#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ph {

/// One value of a log: where in the run it stands, counted in iterations, and what it is.
struct LogPoint {
  double iter;
  double value;
};

/// Mean time of an iteration, for one epoch.
struct EpochTime {
  std::int64_t epoch;
  double mean;
};

/// The rows of a run's JSON log: posehost's and mmcv's `.log.json`, mmengine's `scalars.json`. Rows that a
/// resumed run wrote again take the place of the first ones. Immutable.
class TrainingLog {
 public:
  /// Reads a file, or all `*.log.json` of a work dir, in the order of their names, as one run. Throws
  /// Error(data): cannot be read, empty, not such a log, damaged; names file and line.
  [[nodiscard]] static TrainingLog read(const std::filesystem::path& path);

  /// The values of `key`, or of a name that another version of mmpose gives the same thing, by iteration:
  /// of the training rows where those have it, else of the validation rows; "val/<key>" is of these alone.
  /// Throws Error(data): the log does not contain it.
  [[nodiscard]] std::vector<LogPoint> series(const std::string& key) const;

  /// Names of the values of training rows, or of validation rows, in alphabetical order.
  [[nodiscard]] std::vector<std::string> names(bool train) const;

  /// Times of training iterations by epoch; `with_first`: also the first row of each epoch and start, which
  /// has waited for the data. `all` gets every value that counts. Throws Error(data) when there is none.
  [[nodiscard]] std::vector<EpochTime> epoch_times(bool with_first, std::vector<double>& all) const;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  struct Row {
    bool train = true;
    std::int64_t epoch = -1, iter = -1, step = -1;  ///< -1: not given
    int start = 0;                                  ///< of the process, counted
    double at = 0;                                  ///< iterations since the run began
  };
  struct Value {
    std::size_t row;
    double value;
  };
  using Values = std::map<std::string, std::vector<Value>, std::less<>>;

  void read_file(const std::filesystem::path& file);
  void add_line(std::string_view line, const std::string& where);
  void place_rows();
  [[nodiscard]] bool counts_whole_run() const;
  [[nodiscard]] std::vector<Value> current(const std::vector<Value>& values) const;
  [[nodiscard]] const std::vector<Value>* find(const Values& values, const std::string& key) const;
  [[nodiscard]] std::vector<std::string> keys() const;

  std::string name_;
  std::vector<Row> rows_;
  Values train_, val_;
  std::int64_t iters_per_epoch_ = 0;      // as the log says, else 0
  std::optional<bool> counts_whole_run_;  // as the log says
  int starts_ = 0;
};

/// Names that stand for the same thing as `key`, itself left out; see key_aliases.json.
[[nodiscard]] std::vector<std::string> key_aliases(std::string_view key);

/// `values`, and each once more by every other name that one of them alone can be meant by.
[[nodiscard]] std::vector<std::pair<std::string, double>> with_aliases(
    std::vector<std::pair<std::string, double>> values);

}  // namespace ph
