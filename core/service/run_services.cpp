#include "service/run_services.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "plugin/instance.hpp"
#include "run/run_times.hpp"

namespace ph {
namespace {

std::vector<PipelineRequest>& requests() {
  static std::vector<PipelineRequest> all;
  return all;
}

std::int32_t set_pipeline(void*, std::int64_t first_epoch, ph_str pipeline) noexcept {
  try {
    const auto text = std::string(from_ph(pipeline));
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (first_epoch < 0 || !json.is_array()) return PH_ERR_INVALID_ARGUMENT;
    requests().push_back({first_epoch, text});
    return PH_OK;
  } catch (...) {
    return PH_ERR_OUT_OF_MEMORY;
  }
}

std::int32_t start(void*, std::int64_t capacity) noexcept {
  if (capacity < 1 || capacity > (1 << 24)) return PH_ERR_INVALID_ARGUMENT;
  run_times().record(static_cast<std::size_t>(capacity));
  return PH_OK;
}

std::int32_t stop(void*, ph_visit_span visit, void* user) noexcept {
  const auto text = [](const char* name) {
    return to_ph(name != nullptr ? std::string_view(name) : std::string_view());
  };
  for (const auto& span : run_times().take_recorded()) {
    const ph_profile_span shown{sizeof shown, 0, text(span.who), text(span.what), span.begin_ns, span.end_ns};
    visit(user, &shown);
  }
  return PH_OK;
}

UpdateRequest& update_request() {
  static UpdateRequest request;
  return request;
}

std::int32_t skip(void*) noexcept { return update_request().skip = true, PH_OK; }

std::int32_t fail(void*, ph_str why) noexcept {
  try {
    return update_request().fail = std::string(from_ph(why)), PH_OK;
  } catch (...) {
    return PH_ERR_OUT_OF_MEMORY;
  }
}

constexpr ph_train_pipeline pipeline_table{sizeof pipeline_table, 0, nullptr, set_pipeline};
constexpr ph_profile profile_table{sizeof profile_table, 0, nullptr, start, stop};
constexpr ph_update update_table{sizeof update_table, 0, nullptr, skip, fail};

}  // namespace

const ph_train_pipeline* train_pipeline_service() noexcept { return &pipeline_table; }
const ph_profile* profile_service() noexcept { return &profile_table; }
const ph_update* update_service() noexcept { return &update_table; }

UpdateRequest take_update_request() { return std::exchange(update_request(), {}); }

std::vector<PipelineRequest> take_pipeline_requests() {
  auto all = std::exchange(requests(), {});
  std::stable_sort(all.begin(), all.end(), [](const PipelineRequest& a, const PipelineRequest& b) {
    return a.first_epoch < b.first_epoch;
  });
  return all;
}

}  // namespace ph
