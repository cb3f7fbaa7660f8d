#pragma once
// Drives hook plugins through a made-up run: the host's side of ph_run, with everything that hooks ask
// for and log kept to be looked at.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bundled.hpp"
#include "config/schema.hpp"
#include "plugin/config_table.hpp"
#include "plugin/sink.hpp"
#include "service/find_service.hpp"

namespace test {

/// Whether hooks are made by a host that has services.
inline bool with_services = false;

/// One that has, while it lives.
struct WithServices {
  explicit WithServices(bool on) { with_services = on; }
  ~WithServices() { with_services = false; }
  WithServices(const WithServices&) = delete;
  WithServices& operator=(const WithServices&) = delete;
};

/// A hook created by a host that keeps its log lines as they were written.
class LoggedHook {
 public:
  explicit LoggedHook(const std::string& name, const std::string& args = "{}")
      : LoggedHook{component(PH_KIND_HOOK, name), args} {}
  LoggedHook(const ph::LoadedComponent& component, const std::string& args)
      : component_{component}, api_{static_cast<const ph_hook_api*>(component_.component.api)} {
    host_.size = sizeof host_;
    host_.abi_minor = PH_ABI_MINOR;
    host_.ctx = this;
    host_.set_error = [](void* ctx, std::int32_t, const char* text, std::int64_t len) {
      self_of(ctx).error_.assign(text, static_cast<std::size_t>(len));
    };
    host_.log = [](void* ctx, std::int32_t level, const char* text, std::int64_t len) {
      auto& lines = level == PH_LOG_WARNING ? self_of(ctx).warnings : self_of(ctx).lines;
      lines.emplace_back(text, static_cast<std::size_t>(len));
    };
    host_.get_service = [](void*, ph_str name) -> const void* {
      return with_services ? ph::find_service(ph::from_ph(name)) : nullptr;
    };
    const auto checked = ph::Schema::parse(component_.schema, component_.name).check(ph::Node::parse(args));
    const ph::ConfigTable config(checked);
    check(component_.component.create(&host_, config.get(), &instance_));
    info_.size = sizeof info_;
    check(api_->info(instance_, &info_));
  }
  ~LoggedHook() { api_->destroy(instance_); }
  LoggedHook(const LoggedHook&) = delete;
  LoggedHook& operator=(const LoggedHook&) = delete;

  /// Calls the hook if it wants the stage. Throws its error text.
  void on_stage(const ph_hook_event& event) {
    if (info_.stages & PH_STAGE_BIT(event.stage)) check(api_->on_stage(instance_, &event));
  }
  [[nodiscard]] const ph_hook_info& info() const { return info_; }
  /// Hands it something that a hook published.
  void on_publish(const ph_hook_event& event, const ph_published& item) {
    check(api_->on_publish(instance_, &event, &item));
  }

  [[nodiscard]] std::string save_state() const {
    ph::StringSink bytes;
    const auto sink = bytes.table();
    check(api_->save_state(instance_, &sink));
    return bytes.text;
  }
  void load_state(const std::string& bytes) { check(api_->load_state(instance_, ph::to_ph(bytes))); }

  std::vector<std::string> lines, warnings;

 private:
  static LoggedHook& self_of(void* ctx) { return *static_cast<LoggedHook*>(ctx); }
  void check(std::int32_t status) const {
    if (status != PH_OK) throw std::runtime_error(error_);
  }
  const ph::LoadedComponent& component_;
  const ph_hook_api* api_;
  ph_host host_{};
  void* instance_ = nullptr;
  ph_hook_info info_{};
  std::string error_;
};

struct Save {
  std::string file;
  std::uint32_t flags;
  std::vector<std::string> remove;
};

using Values = std::vector<std::pair<std::string, double>>;

struct Picture {
  std::string name;
  ph_picture facts;  // without its pixels
  std::vector<std::uint8_t> pixels;
};

/// A tensor of floats, row by row.
struct Viewed {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
  std::vector<std::int64_t> strides = {};

  void show(ph_tensor& out) {
    strides.assign(shape.size(), 1);
    for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
    out.data = values.data();
    out.dtype = {PH_DTYPE_FLOAT, 32, 1};
    out.device_type = PH_DEVICE_CPU;
    out.ndim = static_cast<std::int32_t>(shape.size());
    out.shape = shape.data();
    out.strides = strides.data();
  }
};

/// The run that hooks see. Its counters move as mmcv's: train() goes through a training iteration and,
/// at the end of an epoch, through the stages around it.
class HookRun {
 public:
  explicit HookRun(std::vector<LoggedHook*> hooks) : hooks_{std::move(hooks)} {
    table_.size = sizeof table_;
    table_.ctx = this;
    table_.work_dir = ph::to_ph(work_dir);
    table_.name = ph::to_ph("run");
    table_.seed = 7;
    table_.world_size = 1;
    table_.n_groups = 1;
    event.size = sizeof event;
    event.run = &table_;
    event.by_epoch = 1;
    fill();
  }

  void set_work_dir(const std::string& folder) {
    work_dir = folder;
    table_.work_dir = ph::to_ph(work_dir);
  }
  /// An epoch-based run.
  void set_length(std::int64_t epochs, std::int64_t iters) {
    event.max_epochs = epochs;
    event.iters_in_epoch = event.iters_per_epoch = iters;
    event.max_iters = epochs * iters;
  }
  /// An iteration-based one.
  void set_iterations(std::int64_t max, std::int64_t iters_per_epoch) {
    set_length(0, iters_per_epoch);
    event.max_iters = max;
    event.by_epoch = 0;
  }
  /// Where this process begins.
  void resume(std::int64_t epoch, std::int64_t iter) {
    table_.start_epoch = event.epoch = epoch;
    table_.start_iter = event.iter = iter;
  }

  void stage(std::int32_t stage) {
    for (auto* hook : hooks_) {
      event.stage = stage;
      hook->on_stage(event);
      if (!std::exchange(evaluate_, false)) continue;
      ++evaluations;
      if (on_evaluate) metrics = on_evaluate();
      this->stage(PH_STAGE_AFTER_EVALUATE);
    }
  }

  /// `n` training iterations; the epoch begins and ends by itself.
  void train(std::int64_t n = 1) {
    for (; n > 0; --n) {
      if (event.by_epoch && event.inner_iter == 0) stage(PH_STAGE_BEFORE_TRAIN_EPOCH);
      stage(PH_STAGE_BEFORE_TRAIN_ITER);
      if (on_forward) on_forward();
      if (on_step) on_step(event.iter);
      ++event.opt_step;
      stage(PH_STAGE_AFTER_OPTIMIZER_STEP);
      stage(PH_STAGE_AFTER_TRAIN_ITER);
      ++event.iter;
      if (++event.inner_iter < event.iters_in_epoch) continue;
      if (event.by_epoch) stage(PH_STAGE_AFTER_TRAIN_EPOCH);
      ++event.epoch;
      event.inner_iter = 0;
    }
  }
  void train_epochs(std::int64_t n = 1) { train(n * event.iters_in_epoch); }

  ph_hook_event event{};
  std::string work_dir = "/nonexistent";
  /// What hooks read. `averages` gets the window that was asked for.
  std::function<Values(std::int64_t window)> averages;
  std::function<Values()> on_evaluate;
  /// The optimizer's step of an iteration, and the tensors that hooks can combine and swap.
  std::function<void()> on_forward;
  std::function<void(std::int64_t iter)> on_step;
  std::map<std::string, std::vector<double>> tensors;
  bool can_roll_back = false;
  int rollbacks = 0;
  Values metrics;
  std::map<std::string, double> scalars, hypers{{"lr", 5e-4}};
  /// What they did.
  Values published;
  std::vector<Save> saves;
  std::int64_t evaluations = 0;
  std::vector<std::string> stops;
  std::vector<Picture> pictures;
  /// Tensors that hooks can look at: "batch/img".
  std::map<std::string, Viewed> views;

 private:
  static HookRun& self(void* ctx) { return *static_cast<HookRun*>(ctx); }
  static std::int32_t look_up(const std::map<std::string, double>& values, ph_str name, double* out) {
    const auto found = values.find(std::string(ph::from_ph(name)));
    if (found == values.end()) return PH_ERR_NOT_FOUND;
    *out = found->second;
    return PH_OK;
  }
  void fill() {
    table_.scalar = [](void* ctx, ph_str name, double* out) { return look_up(self(ctx).scalars, name, out); };
    table_.hyper = [](void* ctx, std::int64_t, ph_str name, double* out) {
      return look_up(self(ctx).hypers, name, out);
    };
    table_.averages = [](void* ctx, std::int64_t window, ph_visit_scalar visit, void* user) -> std::int32_t {
      if (!self(ctx).averages) return PH_OK;
      for (const auto& [name, value] : self(ctx).averages(window)) visit(user, ph::to_ph(name), value);
      return PH_OK;
    };
    table_.metrics = [](void* ctx, ph_visit_scalar visit, void* user) -> std::int32_t {
      if (self(ctx).metrics.empty()) return PH_ERR_NOT_FOUND;
      for (const auto& [name, value] : self(ctx).metrics) visit(user, ph::to_ph(name), value);
      return PH_OK;
    };
    table_.tensor = [](void* ctx, ph_str name, ph_tensor* out) -> std::int32_t {
      const auto found = self(ctx).views.find(std::string(ph::from_ph(name)));
      if (found == self(ctx).views.end()) return PH_ERR_NOT_FOUND;
      found->second.show(*out);
      return PH_OK;
    };
    table_.publish_scalar = [](void* ctx, ph_str name, double value) {
      self(ctx).published.emplace_back(ph::from_ph(name), value);
    };
    table_.request_save = [](void* ctx, const ph_save_request* request) -> std::int32_t {
      Save save{std::string(ph::from_ph(request->filename)), request->flags, {}};
      for (std::int64_t i = 0; i < request->n_remove; ++i)
        save.remove.emplace_back(ph::from_ph(request->remove[i]));
      self(ctx).saves.push_back(std::move(save));
      return PH_OK;
    };
    table_.request_evaluate = [](void* ctx) -> std::int32_t {
      self(ctx).evaluate_ = true;
      return PH_OK;
    };
    table_.request_stop = [](void* ctx, ph_str reason) -> std::int32_t {
      self(ctx).stops.emplace_back(ph::from_ph(reason));
      return PH_OK;
    };
    table_.publish_picture = [](void* ctx, ph_str name, const ph_picture* picture) -> std::int32_t {
      const auto n = static_cast<std::size_t>(picture->stride * picture->height);
      self(ctx).pictures.push_back(
          {std::string(ph::from_ph(name)), *picture, {picture->data, picture->data + n}});
      return PH_OK;
    };
    table_.combine = [](void* ctx, ph_str to, double a, ph_str from, double b) -> std::int32_t {
      return self(ctx).match(to, from, [a, b](auto& target, auto& source) {
        for (std::size_t i = 0; i < target.size(); ++i)
          target[i] = (a == 0 ? 0 : a * target[i]) + b * source[i];
      });
    };
    table_.swap = [](void* ctx, ph_str one, ph_str other) -> std::int32_t {
      return self(ctx).match(one, other, [](auto& left, auto& right) { left.swap(right); });
    };
    table_.visit_tensors = [](void* ctx, ph_str prefix, ph_visit_tensor visit, void* user) -> std::int32_t {
      for (auto& [name, values] : self(ctx).tensors) {
        if (name.rfind(ph::from_ph(prefix), 0) != 0) continue;
        const std::int64_t shape = static_cast<std::int64_t>(values.size()), stride = 1;
        ph_tensor tensor{};
        tensor.size = sizeof tensor;
        tensor.data = values.data();
        tensor.dtype = {PH_DTYPE_FLOAT, 64, 1};
        tensor.ndim = 1;
        tensor.shape = &shape;
        tensor.strides = &stride;
        visit(user, ph::to_ph(name), &tensor);
      }
      return PH_OK;
    };
    table_.request_rollback = [](void* ctx) -> std::int32_t {
      self(ctx).rollbacks += self(ctx).can_roll_back ? 1 : 0;
      return self(ctx).can_roll_back ? PH_OK : PH_ERR_NOT_FOUND;
    };
  }
  // "model/" stands for parameters and buffers, as in the host.
  std::vector<double>* find(const std::string& name) {
    for (const char* kind : {"param/", "buffer/"}) {
      const auto other = name.rfind("model/", 0) == 0 ? kind + name.substr(6) : name;
      if (const auto found = tensors.find(other); found != tensors.end()) return &found->second;
    }
    return nullptr;
  }
  template <class F>
  std::int32_t match(ph_str one, ph_str other, const F& both) {
    const std::string left(ph::from_ph(one)), right(ph::from_ph(other));
    int n = 0;
    for (const char* name : {"w", "b"}) {
      auto *a = find(left + name), *b = find(right + name);
      if (a != nullptr && b != nullptr) ++n, both(*a, *b);
    }
    return n > 0 ? PH_OK : PH_ERR_NOT_FOUND;
  }

  std::vector<LoggedHook*> hooks_;
  ph_run table_{};
  bool evaluate_ = false;
};

/// The text of what `run` throws; "(no error)" when it throws nothing.
template <class Run>
std::string hook_error(Run&& run) {
  try {
    run();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "(no error)";
}

}  // namespace test
