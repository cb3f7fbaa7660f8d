#include "check/fake_host.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "config/schema.hpp"
#include "plugin/config_table.hpp"
#include "plugin/instance.hpp"
#include "plugin/text_rules.hpp"
#include "service/find_service.hpp"

namespace ph {

struct FakeHost::Calls {
  static void note_misuse(FakeHost& self, const char* function, const char* text, std::int64_t len) {
    if (len < 0) self.misuse_.push_back(std::string{function} + " with the length " + std::to_string(len));
    if (len > 0 && text == nullptr) self.misuse_.push_back(std::string{function} + " with NULL text");
    if (len > 0 && text != nullptr && !is_utf8({text, static_cast<std::size_t>(len)})) {
      self.misuse_.push_back(std::string{function} + " with text that is no UTF-8");
    }
  }
  static void set_error(void* ctx, std::int32_t code, const char* text, std::int64_t len) noexcept {
    auto& self = *static_cast<FakeHost*>(ctx);
    const std::lock_guard lock{self.mutex_};
    note_misuse(self, "set_error", text, len);
    if (code == PH_OK) self.misuse_.push_back("set_error with PH_OK");
    self.error_ =
        text == nullptr || len <= 0 ? std::string{} : printable({text, static_cast<std::size_t>(len)});
  }
  static void log(void* ctx, std::int32_t level, const char* text, std::int64_t len) noexcept {
    auto& self = *static_cast<FakeHost*>(ctx);
    const std::lock_guard lock{self.mutex_};
    note_misuse(self, "log", text, len);
    if (level < PH_LOG_DEBUG || level > PH_LOG_ERROR) {
      self.misuse_.push_back("log with the level " + std::to_string(level));
    }
  }
  static const void* get_service(void*, ph_str id) noexcept { return find_service(from_ph(id)); }
};

FakeHost::FakeHost() {
  table_.size = sizeof table_;
  table_.abi_major = PH_ABI_MAJOR;
  table_.abi_minor = PH_ABI_MINOR;
  table_.ctx = this;
  table_.set_error = Calls::set_error;
  table_.log = Calls::log;
  table_.get_service = Calls::get_service;
}

std::string FakeHost::take_error() {
  const std::lock_guard lock{mutex_};
  return std::exchange(error_, {});
}
std::vector<std::string> FakeHost::misuse() {
  const std::lock_guard lock{mutex_};
  return std::exchange(misuse_, {});
}

namespace {

/// The getters of a config that has nothing, or everything of another type.
template <std::int32_t status, std::int32_t shown_type>
ph_config broken(const ph_config& config) {
  ph_config table = config;
  table.json = to_ph("{}");
  table.type = [](const void*, ph_str) -> std::int32_t { return shown_type; };
  table.count = [](const void*, ph_str) -> std::int64_t { return 0; };
  table.get_f64 = [](const void*, ph_str, double*) -> std::int32_t { return status; };
  table.get_i64 = [](const void*, ph_str, std::int64_t*) -> std::int32_t { return status; };
  table.get_bool = [](const void*, ph_str, std::int32_t*) -> std::int32_t { return status; };
  table.get_str = [](const void*, ph_str, ph_str*) -> std::int32_t { return status; };
  return table;
}

}  // namespace

Trial::Trial(CaseRun& run, const LoadedComponent& component, const Json& args, ConfigFault fault)
    : run_{run}, args_{std::make_unique<const Json>(args)}, table_{copy_kind_table(component)} {
  // Heap and large: an author who keeps the config, which is borrowed for the call, reads what was freed.
  const auto config = std::make_unique<ConfigTable>(Node::from_json(args));
  ph_config table = *config->get();
  if (fault == ConfigFault::not_found) table = broken<PH_ERR_NOT_FOUND, PH_JSON_ABSENT>(table);
  if (fault == ConfigFault::wrong_type) table = broken<PH_ERR_INVALID_ARGUMENT, PH_JSON_NULL>(table);
  const auto text = "create(" + short_text(args) + ")";
  status_ = run.call(text, [&] { return component.component.create(host_.get(), &table, &self_); });
  error_ = host_.take_error();
  if (status_ < PH_OK) run.fail(text + " returned " + std::to_string(status_) + ", which is no PH_ERR_*");
  // What a getter refuses has no text of its own, and comes about with no real host.
  if (status_ != PH_OK && error_.empty() && fault == ConfigFault::none) {
    run.fail(text + " failed (" + name_of_status(status_) + ") and said nothing");
  }
  for (const auto& wrong : host_.misuse()) run.fail(text + " called " + wrong);
}

Trial::~Trial() {
  try {
    destroy();
  } catch (...) {
    // A finding already, and the case has ended.
  }
}

void Trial::destroy() {
  if (!made()) return;
  status_ = PH_ERR_FAILED;
  run_.call("destroy", [&] {
    std::visit([&](const auto& table) { table.destroy(self_); }, table_);
    return 0;
  });
  for (const auto& wrong : host_.misuse()) run_.fail("called " + wrong);
}

bool Trial::accept(std::int32_t status, const std::string& during) {
  const auto text = host_.take_error();
  if (status < PH_OK) run_.fail(during + " returned " + std::to_string(status) + ", which is no PH_ERR_*");
  if (status != PH_OK && text.empty())
    run_.fail(during + " failed (" + name_of_status(status) + ") and said nothing");
  return status == PH_OK;
}

void Trial::require(std::int32_t status, const std::string& during) {
  const auto text = host_.take_error();
  if (status == PH_OK) return;
  run_.fail_and_end(during + " failed (" + name_of_status(status) +
                    "): " + (text.empty() ? "it said nothing" : text) + "; arguments " + short_text(*args_));
}

Json filled(const LoadedComponent& component, const Json& args) {
  return Schema::parse(component.schema, component.name).check(Node::from_json(args, "arguments")).json();
}

std::string short_text(const Json& json) {
  return printable(json.dump(-1, ' ', false, Json::error_handler_t::replace), 300);
}

}  // namespace ph
