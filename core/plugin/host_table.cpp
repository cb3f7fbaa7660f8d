#include "plugin/host_table.hpp"

#include <utility>

#include "data/rng.hpp"
#include "log/log.hpp"
#include "plugin/text_rules.hpp"
#include "service/find_service.hpp"

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
  static const void* get_service(void* ctx, ph_str id) noexcept {
    const auto name = borrowed(id.data, id.len);
    if (name == PH_SERVICE_RANDOM && services().random) return &static_cast<const HostTable*>(ctx)->random_;
    return find_service(name);
  }
  /// Two numbers a block of the generator; the component's name keeps its streams apart from others'.
  static void bits(void* ctx, ph_str purpose, std::int64_t iter, std::int64_t first, std::uint64_t* out,
                   std::int64_t n) noexcept {
    const auto& self = *static_cast<const HostTable*>(ctx);
    const auto stream = purpose_of(borrowed(purpose.data, purpose.len), purpose_of(self.name_));
    for (std::int64_t i = 0; i < n;) {
      const auto at = first + i;
      Rng draw({services().seed, iter, at / 2, stream});
      for (auto half = at % 2; half < 2 && i < n; ++half, ++i) {
        if (half == 1 && at % 2 == 1) draw.bits(), draw.bits();
        const std::uint64_t high = draw.bits();
        out[i] = (high << 32) | draw.bits();
      }
    }
  }
};

HostTable::HostTable(std::string name) : name_{std::move(name)} {
  table_.size = sizeof table_;
  table_.abi_major = PH_ABI_MAJOR;
  table_.abi_minor = PH_ABI_MINOR;
  table_.ctx = this;
  table_.set_error = Calls::set_error;
  table_.log = Calls::log;
  table_.get_service = Calls::get_service;
  random_ = {sizeof random_, 0, this, Calls::bits};
}

std::string HostTable::take_error() {
  const std::lock_guard lock{mutex_};
  return std::exchange(error_, {});
}

}  // namespace ph
