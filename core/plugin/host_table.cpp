#include "plugin/host_table.hpp"

#include <utility>

#include "log/log.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

/// Text from a plugin, whatever it passes.
std::string_view borrowed(const char* text, std::int64_t len) noexcept {
  return text == nullptr || len <= 0 ? std::string_view{}
                                     : std::string_view{text, static_cast<std::size_t>(len)};
}

}  // namespace

/// Called from C: running out of memory loses the text, and throws nothing.
struct HostTable::Calls {
  static void set_error(void* ctx, std::int32_t, const char* text, std::int64_t len) noexcept {
    auto& self = *static_cast<HostTable*>(ctx);
    try {
      auto copy = printable(borrowed(text, len));
      const std::lock_guard lock{self.mutex_};
      self.error_ = std::move(copy);
    } catch (...) {
    }
  }
  static void log(void* ctx, std::int32_t level, const char* text, std::int64_t len) noexcept {
    const auto& self = *static_cast<const HostTable*>(ctx);
    try {
      auto line = printable(borrowed(text, len));
      // What a hook reports (a logger's rows) stands as it is; complaints say whose they are.
      if (level != PH_LOG_INFO) line.insert(0, self.name_ + ": ");
      if (level <= PH_LOG_DEBUG) {
        log_debug(line);
      } else if (level == PH_LOG_INFO) {
        log_info(line);
      } else if (level == PH_LOG_WARNING) {
        log_warn(line);
      } else {
        log_error(line);
      }
    } catch (...) {
    }
  }
  /// There are no services yet.
  static const void* get_service(void*, ph_str) noexcept { return nullptr; }
};

HostTable::HostTable(std::string name) : name_{std::move(name)} {
  table_.size = sizeof table_;
  table_.abi_major = PH_ABI_MAJOR;
  table_.abi_minor = PH_ABI_MINOR;
  table_.ctx = this;
  table_.set_error = Calls::set_error;
  table_.log = Calls::log;
  table_.get_service = Calls::get_service;
}

std::string HostTable::take_error() {
  const std::lock_guard lock{mutex_};
  return std::exchange(error_, {});
}

}  // namespace ph
