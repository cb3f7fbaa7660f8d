#include "check/fake_run.hpp"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "plugin/instance.hpp"
#include "plugin/stage_names.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

bool is_plain_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == name.npos && is_line(name, 255);
}

}  // namespace

struct FakeRun::Calls {
  static FakeRun& self(void* ctx) { return *static_cast<FakeRun*>(ctx); }

  static std::int32_t scalar(void* ctx, ph_str name, double* out) {
    const auto text = from_ph(name);
    if (self(ctx).faults_.nothing_known || (text != "loss" && text != "acc_pose" && text != "PCK"))
      return PH_ERR_NOT_FOUND;
    *out = self(ctx).number(text == "loss" ? 0.5 : 0.75);
    return PH_OK;
  }
  static std::int32_t averages(void* ctx, std::int64_t, ph_visit_scalar visit, void* user) {
    auto& run = self(ctx);
    if (run.faults_.nothing_known) return PH_OK;
    visit(user, to_ph("loss"), run.number(1.0 / static_cast<double>(run.event_.iter + 1)));
    visit(user, to_ph("acc_pose"), run.number(0.5));
    return PH_OK;
  }
  static std::int32_t metrics(void* ctx, ph_visit_scalar visit, void* user) {
    auto& run = self(ctx);
    if (run.faults_.nothing_known || !run.evaluated_) return PH_ERR_NOT_FOUND;
    const auto epoch = static_cast<double>(run.event_.epoch);
    for (const char* name : {"PCK", "AP", "NME"})
      visit(user, to_ph(name), run.number(0.5 + 0.1 * std::sin(epoch)));
    return PH_OK;
  }
  static std::int32_t hyper(void* ctx, std::int64_t group, ph_str name, double* out) {
    auto& run = self(ctx);
    if (run.faults_.nothing_known || group < 0 || group >= run.table_.n_groups || from_ph(name) != "lr") {
      return PH_ERR_NOT_FOUND;
    }
    const auto set = run.hypers_.find("lr");
    *out = run.number(set != run.hypers_.end() ? set->second : 5e-4);
    return PH_OK;
  }
  static std::string text(ph_str name) { return std::string{from_ph(name)}; }
  static bool mutates(void* ctx) { return (self(ctx).info_.flags & PH_HOOK_MUTATES) != 0; }

  static std::int32_t tensor(void* ctx, ph_str name, ph_tensor* out) {
    auto& run = self(ctx);
    return run.faults_.nothing_known ? PH_ERR_NOT_FOUND : run.tensors_.find(text(name), out);
  }
  static std::int32_t visit_tensors(void* ctx, ph_str prefix, ph_visit_tensor visit, void* user) {
    auto& run = self(ctx);
    return run.faults_.nothing_known ? PH_ERR_NOT_FOUND : run.tensors_.visit(text(prefix), visit, user);
  }
  static std::int32_t combine(void* ctx, ph_str to, double a, ph_str from, double b) {
    auto& run = self(ctx);
    if (run.faults_.nothing_known) return PH_ERR_NOT_FOUND;
    const auto status = run.tensors_.combine(text(to), a, text(from), b, mutates(ctx));
    return status;
  }
  static std::int32_t swap(void* ctx, ph_str one, ph_str other) {
    auto& run = self(ctx);
    return run.faults_.nothing_known ? PH_ERR_NOT_FOUND
                                     : run.tensors_.swap(text(one), text(other), mutates(ctx));
  }
  static std::int32_t set_hyper(void* ctx, std::int64_t group, ph_str name, double value) {
    auto& run = self(ctx);
    if (!mutates(ctx)) return PH_ERR_UNSUPPORTED;
    if (!std::isfinite(value)) return PH_ERR_INVALID_ARGUMENT;
    if (run.faults_.nothing_known || text(name) != "lr" || group < -1 || group >= run.table_.n_groups)
      return PH_ERR_NOT_FOUND;
    run.hypers_["lr"] = value;
    return PH_OK;
  }
  static std::int32_t set_requires_grad(void* ctx, ph_str param, std::int32_t) {
    auto& run = self(ctx);
    if (!mutates(ctx)) return PH_ERR_UNSUPPORTED;
    return !run.faults_.nothing_known && run.tensors_.has_param(text(param)) ? PH_OK : PH_ERR_NOT_FOUND;
  }
  static std::int32_t publish_text(void* ctx, ph_str name, ph_str value) {
    if (name.len <= 0 || name.len > 256 || value.len > 1 << 20) return PH_ERR_INVALID_ARGUMENT;
    return keep(ctx, PH_PUBLISHED_TEXT, name, text(value));
  }
  static std::int32_t publish_picture(void* ctx, ph_str name, const ph_picture* picture) {
    const bool sane = name.len > 0 && name.len <= 256 && picture->data != nullptr && picture->width >= 1 &&
                      picture->height >= 1 && picture->width <= 16384 && picture->height <= 16384 &&
                      picture->stride >= picture->width * picture->channels;
    // Read as a host would: a wrong size is memory that is not there.
    if (!sane) return PH_ERR_INVALID_ARGUMENT;
    std::string copy;
    for (std::int64_t row = 0; row < picture->height; ++row) {
      copy.append(reinterpret_cast<const char*>(picture->data) + row * picture->stride,
                  static_cast<std::size_t>(picture->width * picture->channels));
    }
    return keep(ctx, PH_PUBLISHED_PICTURE, name, std::move(copy));
  }
  static std::int32_t keep(void* ctx, std::int32_t kind, ph_str name, std::string text) {
    auto& run = self(ctx);
    if (run.around_ || run.faults_.requests_fail) return PH_ERR_UNSUPPORTED;
    ph_published item{};
    item.size = sizeof item;
    item.kind = kind;
    run.published_.push_back(item);
    run.published_text_.push_back(std::string{from_ph(name)});
    run.published_text_.push_back(kind == PH_PUBLISHED_TEXT ? std::move(text) : std::string{});
    return PH_OK;
  }
  static std::int32_t rollback(void* ctx) {
    auto& run = self(ctx);
    if (!mutates(ctx) || run.around_) return PH_ERR_UNSUPPORTED;
    if (run.faults_.requests_fail || run.saved_ == 0) return PH_ERR_NOT_FOUND;
    run.requests_.emplace_back("rollback");
    return PH_OK;
  }
  static void publish(void* ctx, ph_str name, double) {
    auto& run = self(ctx);
    if (!is_line(from_ph(name), 256)) run.run_.fail("publish_scalar with a name that is no line of text");
  }
  static std::int32_t save(void* ctx, const ph_save_request* request) {
    auto& run = self(ctx);
    std::string line =
        "save " + std::string{from_ph(request->filename)} + " " + std::to_string(request->flags);
    if (request->size < sizeof *request)
      run.run_.fail("request_save with a size of " + std::to_string(request->size));
    if (!is_plain_name(from_ph(request->filename))) {
      run.run_.fail("request_save of \"" + printable(from_ph(request->filename), 100) +
                    "\"; expected a plain name");
    } else if (!run.faults_.requests_fail) {
      std::ofstream{std::filesystem::path{run.work_dir_} / std::string{from_ph(request->filename)}};
    }
    for (std::int64_t i = 0; i < request->n_remove; ++i) {
      line += (i == 0 ? " remove " : " ") + std::string{from_ph(request->remove[i])};
      if (!is_plain_name(from_ph(request->remove[i])))
        run.run_.fail("request_save removes something that is no plain name");
    }
    run.requests_.push_back(printable(line, 1000));
    if (!run.faults_.requests_fail) ++run.saves_;
    return run.faults_.requests_fail ? PH_ERR_IO : PH_OK;
  }
  static std::int32_t evaluate(void* ctx) {
    if (self(ctx).around_) return PH_ERR_UNSUPPORTED;
    self(ctx).requests_.emplace_back("evaluate");
    if (self(ctx).faults_.requests_fail) return PH_ERR_FAILED;
    self(ctx).evaluate_ = true;
    return PH_OK;
  }
  static std::int32_t stop(void* ctx, ph_str reason) {
    self(ctx).requests_.push_back("stop: " + printable(from_ph(reason), 200));
    self(ctx).stop_ = true;
    return self(ctx).faults_.requests_fail ? PH_ERR_FAILED : PH_OK;
  }
};

FakeRun::FakeRun(CaseRun& run, Trial& hook, const std::string& work_dir, Length length, RunFaults faults)
    : run_{run}, hook_{hook}, work_dir_{work_dir}, length_{length}, faults_{faults} {
  info_.size = sizeof info_;
  info_.priority = PH_PRIORITY_NORMAL;
  const auto& api = hook_.api<ph_hook_api>();
  hook_.require(run_.call("info", [&] { return api.info(hook_.self(), &info_); }), "info");
  table_.size = sizeof table_;
  table_.ctx = this;
  table_.work_dir = to_ph(work_dir_);
  table_.name = to_ph("20261124_083000");
  table_.seed = 7;
  table_.world_size = 1;
  table_.n_groups = 2;
  table_.scalar = Calls::scalar;
  table_.averages = Calls::averages;
  table_.metrics = Calls::metrics;
  table_.hyper = Calls::hyper;
  table_.tensor = Calls::tensor;
  table_.publish_scalar = Calls::publish;
  table_.request_save = Calls::save;
  table_.request_evaluate = Calls::evaluate;
  table_.request_stop = Calls::stop;
  table_.visit_tensors = Calls::visit_tensors;
  table_.combine = Calls::combine;
  table_.swap = Calls::swap;
  table_.set_hyper = Calls::set_hyper;
  table_.set_requires_grad = Calls::set_requires_grad;
  table_.publish_text = Calls::publish_text;
  table_.publish_picture = Calls::publish_picture;
  table_.request_rollback = Calls::rollback;
  read_slots();
  event_.size = sizeof event_;
  event_.run = &table_;
  event_.by_epoch = length_.epochs > 0 ? 1 : 0;
  event_.max_epochs = length_.epochs;
  event_.iters_in_epoch = event_.iters_per_epoch = length_.iters;
  event_.max_iters = length_.epochs > 0 ? length_.epochs * length_.iters : length_.iters;
}

double FakeRun::number(double value) const {
  return faults_.not_finite ? (value < 0.6 ? NAN : INFINITY) : value;
}

void FakeRun::read_slots() {
  const auto& api = hook_.api<ph_hook_api>();
  if (api.slots == nullptr) return;
  ph_hook_slots out{};
  out.size = sizeof out;
  hook_.require(run_.call("slots", [&] { return api.slots(hook_.self(), &out); }), "slots");
  if (out.n_slots < 0 || out.n_slots > 16)
    run_.fail_and_end(std::to_string(out.n_slots) + " slots; expected 0 to 16");
  std::vector<ph_hook_slot> slots;
  for (std::int64_t i = 0; i < out.n_slots; ++i) slots.push_back(*out.slots[i]);
  tensors_.add_slots(slots);
}

void FakeRun::check_tensors(const std::string& during) {
  const auto changed = tensors_.changed();
  if (!changed.empty() && (info_.flags & PH_HOOK_MUTATES) == 0) {
    run_.fail_and_end(during + " wrote to \"" + printable(changed, 100) + "\" without PH_HOOK_MUTATES");
  }
  tensors_.remember();
}

bool FakeRun::call_hook(std::int32_t stage) {
  event_.stage = stage;
  event_.clock_ns += 1000000;
  if ((info_.stages & PH_STAGE_BIT(stage)) == 0) return true;
  ++stages_seen_;
  const std::string name = stage_name(stage);
  const auto& api = hook_.api<ph_hook_api>();
  const auto text = "on_stage(" + name + "), arguments " + short_text(hook_.args());
  const auto status = run_.call(text, [&] { return api.on_stage(hook_.self(), &event_); });
  check_tensors(name);
  return hook_.accept(status, text);
}

/// What was published reaches every hook that listens, the publishing one too.
bool FakeRun::hand_on() {
  const auto items = std::exchange(published_, {});
  const auto texts = std::exchange(published_text_, {});
  const auto& api = hook_.api<ph_hook_api>();
  if (api.on_publish == nullptr) return true;
  around_ = true;
  const unsigned char dots[4] = {1, 2, 3, 4};
  const ph_picture picture{sizeof picture, 0, dots, 2, 2, 1, 2};
  bool good = true;
  for (std::size_t i = 0; i < items.size() && good; ++i) {
    auto item = items[i];
    item.from = to_ph("test.check/Hook");
    item.name = to_ph(texts[2 * i]);
    item.text = to_ph(texts[2 * i + 1]);
    if (item.kind == PH_PUBLISHED_PICTURE) item.picture = &picture;
    good = hook_.accept(run_.call("on_publish", [&] { return api.on_publish(hook_.self(), &event_, &item); }),
                        "on_publish");
  }
  around_ = false;
  return good;
}

bool FakeRun::stage(std::int32_t stage) {
  if (!call_hook(stage) || !hand_on()) return false;
  const auto inside = [&](std::int32_t one) {
    around_ = true;
    const bool good = call_hook(one);
    around_ = false;
    return good;
  };
  for (; saves_ > 0; --saves_, ++saved_) {
    if (!inside(PH_STAGE_BEFORE_SAVE) || !inside(PH_STAGE_AFTER_SAVE)) return false;
  }
  if (!std::exchange(evaluate_, false)) return true;
  if (!inside(PH_STAGE_BEFORE_EVALUATE)) return false;
  evaluated_ = true;
  return this->stage(PH_STAGE_AFTER_EVALUATE);
}

bool FakeRun::iteration() {
  event_.mode = PH_MODE_TRAIN;
  event_.samples = 8;
  event_.last = event_.iter + 1 == event_.max_iters ? 1 : 0;
  for (const auto one : {PH_STAGE_BEFORE_TRAIN_ITER, PH_STAGE_BEFORE_OPTIMIZER_STEP,
                         PH_STAGE_AFTER_OPTIMIZER_STEP, PH_STAGE_AFTER_TRAIN_ITER}) {
    if (one == PH_STAGE_AFTER_OPTIMIZER_STEP) {
      tensors_.train(event_.iter);
      ++event_.opt_step;
    }
    if (!stage(one)) return false;
  }
  event_.samples = 0;
  ++event_.iter;
  ++event_.inner_iter;
  return true;
}

bool FakeRun::validation() {
  event_.mode = PH_MODE_VAL;
  event_.inner_iter = 0;
  event_.iters_in_epoch = 2;
  bool good = stage(PH_STAGE_BEFORE_VAL_EPOCH);
  for (; good && event_.inner_iter < 2; ++event_.inner_iter) {
    good = stage(PH_STAGE_BEFORE_VAL_ITER) && stage(PH_STAGE_AFTER_VAL_ITER);
  }
  good = good && stage(PH_STAGE_AFTER_VAL_EPOCH);
  event_.mode = PH_MODE_TRAIN;
  event_.iters_in_epoch = length_.iters;
  event_.inner_iter = 0;
  return good;
}

bool FakeRun::epoch() {
  event_.inner_iter = 0;
  if (!stage(PH_STAGE_BEFORE_TRAIN_EPOCH)) return false;
  for (std::int64_t i = 0; i < length_.iters; ++i) {
    if (!iteration()) return false;
  }
  event_.inner_iter = length_.iters - 1;
  if (!stage(PH_STAGE_AFTER_TRAIN_EPOCH)) return false;
  ++event_.epoch;
  return validation();
}

bool FakeRun::go(std::int64_t first_epoch, std::int64_t stop) {
  table_.start_epoch = event_.epoch = first_epoch;
  table_.start_iter = event_.iter = event_.opt_step = first_epoch * length_.iters;
  if (!stage(PH_STAGE_BEFORE_RUN)) return false;
  if (length_.epochs == 0) {
    if (!stage(PH_STAGE_BEFORE_EPOCH)) return false;
    while (event_.iter < length_.iters && !stop_) {
      if (!iteration()) return false;
    }
    if (!stage(PH_STAGE_AFTER_EPOCH)) return false;
  } else {
    while (event_.epoch < (stop >= 0 ? stop : length_.epochs) && !stop_) {
      if (!epoch()) return false;
    }
    if (stop >= 0) return true;
  }
  event_.last = 1;
  return stage(PH_STAGE_AFTER_RUN);
}

}  // namespace ph
