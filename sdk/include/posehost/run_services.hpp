// SPDX-License-Identifier: MIT
//
// Draft services of a training run (abi_draft.h): another pipeline of the training data, where the time
// goes, updates that are left out. Made in the constructor of a hook from its Config.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <posehost/abi_draft.h>
#include <posehost/services.hpp>

namespace ph {

// posehost.train_pipeline. In the constructor only; a host without it is a Failure.
inline void set_train_pipeline(const Config& config, std::int64_t first_epoch, std::string_view pipeline) {
  const auto* table = detail::required_service<ph_train_pipeline>(config, PH_SERVICE_TRAIN_PIPELINE);
  detail::service_ok(table->set(table->ctx, first_epoch, detail::to_ph(pipeline)), "another pipeline");
}

struct ProfileSpan {
  std::string who, what;
  std::int64_t begin_ns, end_ns;
};

// posehost.profile. [main]
class Profile {
 public:
  explicit Profile(const Config& config) : table_(config.host().service<ph_profile>(PH_SERVICE_PROFILE)) {}

  // Whether this host has it.
  explicit operator bool() const noexcept { return table_ != nullptr; }
  void start(std::int64_t capacity) const {
    detail::service_ok(table_->start(table_->ctx, capacity), "profile");
  }
  std::vector<ProfileSpan> stop() const {
    Visitor visitor;
    detail::service_ok(table_->stop(table_->ctx, &Visitor::visit, &visitor), "profile");
    if (visitor.failed) throw std::bad_alloc();
    return std::move(visitor.spans);
  }

 private:
  struct Visitor {
    std::vector<ProfileSpan> spans;
    bool failed = false;
    static void visit(void* self, const ph_profile_span* span) noexcept {
      auto& visitor = *static_cast<Visitor*>(self);
      try {
        visitor.spans.push_back({std::string(detail::from_ph(span->who)),
                                 std::string(detail::from_ph(span->what)), span->begin_ns, span->end_ns});
      } catch (...) {
        visitor.failed = true;
      }
    }
  };
  const ph_profile* table_;
};

// posehost.update. [main]
class Update {
 public:
  explicit Update(const Config& config) : table_(config.host().service<ph_update>(PH_SERVICE_UPDATE)) {}

  // Whether this host has it.
  explicit operator bool() const noexcept { return table_ != nullptr; }
  // This iteration's update is left out.
  void skip() const { detail::service_ok(table_->skip(table_->ctx), "leaving out an update"); }
  // Ends the run as one whose loss is no number.
  void fail(std::string_view why) const {
    detail::service_ok(table_->fail(table_->ctx, detail::to_ph(why)), "ending the run");
  }

 private:
  const ph_update* table_;
};

}  // namespace ph
