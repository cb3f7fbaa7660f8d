#pragma once
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace ph {

/// What went wrong, as far as the exit code is concerned.
enum class ErrorKind {
  check_failed,  ///< 1: a command ran and the answer is no
  usage,         ///< 2: command line
  config,        ///< 2: config file or a component's arguments
  plugin,        ///< 3: a plugin was refused or failed
  data,          ///< 4: annotations, images, checkpoints
  internal,      ///< 5: ours
  environment,   ///< 6: disk, memory, missing library, permissions
  nan,           ///< 7: the loss is not a number
};

/// An error that a user can cause. Four parts: where it was found, what was found, what was
/// expected, what to try; empty parts are left out when it is shown. Never logged where it is
/// thrown; `apps` catches it, shows it and picks the exit code.
class Error : public std::exception {
 public:
  /// `summary` is one line that names the place and the problem:
  /// "configs/a.json:12: /optimizer/lr: wrong type".
  Error(ErrorKind kind, std::string summary, std::string found = {}, std::string expected = {},
        std::string advice = {});

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& summary() const noexcept { return summary_; }
  [[nodiscard]] const std::string& found() const noexcept { return found_; }
  [[nodiscard]] const std::string& expected() const noexcept { return expected_; }
  [[nodiscard]] const std::string& advice() const noexcept { return advice_; }
  /// Exit code of a program that ends with this error.
  [[nodiscard]] int exit_code() const noexcept;
  /// All parts, one per line, labels aligned; ends without a line break.
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

 private:
  ErrorKind kind_;
  std::string summary_, found_, expected_, advice_, text_;
};

/// The names of `known` that are most like `name` (edit distance, case ignored), best first, at most
/// `limit`; names too far away to be a slip are left out.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view name,
                                                     const std::vector<std::string>& known,
                                                     std::size_t limit = 3);

/// "did you mean \"step\"?" from nearest_names(), or `otherwise` when nothing is near.
[[nodiscard]] std::string did_you_mean(std::string_view name, const std::vector<std::string>& known,
                                       std::string_view otherwise = {});

}  // namespace ph
