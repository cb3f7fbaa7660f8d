#pragma once
#include <posehost/abi.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "check/case.hpp"
#include "config/node.hpp"
#include "plugin/kind_table.hpp"

namespace ph {

/// A ph_host that keeps what it is told. It has the process's services, but no random numbers.
class FakeHost {
 public:
  FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;
  [[nodiscard]] const ph_host* get() const noexcept { return &table_; }
  /// The text set since the last call, or empty.
  [[nodiscard]] std::string take_error();
  /// Calls with arguments that abi.h does not allow: a negative length, NULL text.
  [[nodiscard]] std::vector<std::string> misuse();

 private:
  struct Calls;
  std::mutex mutex_;
  std::string error_;
  std::vector<std::string> misuse_;
  ph_host table_{};
};

/// How the config answers.
enum class ConfigFault { none, not_found, wrong_type };

/// An instance made by the check itself: a failure of create is an answer, not an error.
class Trial {
 public:
  /// `args`: defaults filled in, as the host does. Exceptions of the plugin are findings of `run`.
  Trial(CaseRun& run, const LoadedComponent& component, const Json& args,
        ConfigFault fault = ConfigFault::none);
  ~Trial();
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  [[nodiscard]] bool made() const noexcept { return status_ == PH_OK; }
  [[nodiscard]] std::int32_t status() const noexcept { return status_; }
  /// What create said when it failed.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  [[nodiscard]] void* self() const noexcept { return self_; }
  [[nodiscard]] FakeHost& host() noexcept { return host_; }
  [[nodiscard]] const Json& args() const noexcept { return *args_; }
  [[nodiscard]] const KindTable& table() const noexcept { return table_; }
  template <class T>
  [[nodiscard]] const T& api() const {
    return std::get<T>(table_);
  }
  /// Destroys it now, within the case.
  void destroy();

  /// A status that a function returned: a failure without a text is a finding. True for PH_OK.
  bool accept(std::int32_t status, const std::string& during);
  /// The same where failing is wrong.
  void require(std::int32_t status, const std::string& during);

 private:
  CaseRun& run_;
  FakeHost host_;
  std::unique_ptr<const Json> args_;
  KindTable table_;
  std::int32_t status_ = PH_ERR_FAILED;
  std::string error_;
  void* self_ = nullptr;
};

/// The arguments with defaults filled in. An Error when the schema refuses them.
[[nodiscard]] Json filled(const LoadedComponent& component, const Json& args);
/// Short JSON for messages.
[[nodiscard]] std::string short_text(const Json& json);

}  // namespace ph
