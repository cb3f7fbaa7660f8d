#include "train/run_view.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "analyze/training_log.hpp"

namespace ph {
namespace {

RunView& self(void* ctx) { return *static_cast<RunView*>(ctx); }

// A plain name within the work dir: no way out of it.
bool is_plain(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name[0] != '.' && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

bool is_saving(std::int32_t stage) { return stage == PH_STAGE_BEFORE_SAVE || stage == PH_STAGE_AFTER_SAVE; }
bool is_evaluating(std::int32_t stage) {
  return stage == PH_STAGE_BEFORE_EVALUATE || stage == PH_STAGE_AFTER_EVALUATE;
}

// Nothing may be thrown into a plugin.
template <class F>
std::int32_t guarded(F&& call) noexcept {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return PH_ERR_OUT_OF_MEMORY;
  } catch (...) {
    return PH_ERR_FAILED;
  }
}

}  // namespace

RunView::RunView(RunPlan& plan, LogBuffer& log, std::string run_name)
    : tensors{plan}, plan_{plan}, log_{log}, work_dir_{plan.work_dir.string()}, name_{std::move(run_name)} {
  fill_table();
  fill_changes();
}

std::int32_t RunView::request_save(const ph_save_request& request) {
  if (stage == PH_STAGE_BEFORE_EVALUATE || is_saving(stage)) return PH_ERR_UNSUPPORTED;
  SaveRequest save{std::string(from_ph(request.filename)),
                   (request.flags & PH_SAVE_OPTIMIZER) != 0,
                   (request.flags & PH_SAVE_LAST) != 0,
                   {}};
  if (!is_plain(save.filename) || request.n_remove < 0 || (request.n_remove > 0 && !request.remove))
    return PH_ERR_INVALID_ARGUMENT;
  for (std::int64_t i = 0; i < request.n_remove; ++i) {
    save.remove.emplace_back(from_ph(request.remove[i]));
    if (!is_plain(save.remove.back())) return PH_ERR_INVALID_ARGUMENT;
  }
  saves.push_back(std::move(save));
  return PH_OK;
}

void RunView::fill_table() {
  table_.size = sizeof table_;
  table_.ctx = this;
  table_.work_dir = to_ph(work_dir_);
  table_.name = to_ph(name_);
  table_.seed = plan_.seed;
  table_.world_size = 1;
  table_.n_groups = static_cast<std::int64_t>(plan_.optimizers->n_groups());

  table_.scalar = [](void* ctx, ph_str name, double* out) {
    return guarded([&] {
      auto& view = self(ctx);
      if (const auto value = view.log_.current(from_ph(name))) return *out = *value, PH_OK;
      for (const auto& [metric, value] : view.metrics) {
        if (metric == from_ph(name)) return *out = value, PH_OK;
      }
      // As other versions of mmpose call it: "mse_loss" for "heatmap_loss".
      std::optional<double> meant;
      for (const auto& alias : key_aliases(from_ph(name))) {
        const auto value = view.log_.current(alias);
        if (value && meant) return PH_ERR_NOT_FOUND;  // one of two
        if (value) meant = value;
      }
      return meant ? (*out = *meant, PH_OK) : PH_ERR_NOT_FOUND;
    });
  };
  table_.averages = [](void* ctx, std::int64_t window, ph_visit_scalar visit, void* user) {
    return guarded([&] {
      for (const auto& [name, value] : self(ctx).log_.averages(window)) visit(user, to_ph(name), value);
      return PH_OK;
    });
  };
  table_.metrics = [](void* ctx, ph_visit_scalar visit, void* user) {
    return guarded([&] {
      if (!self(ctx).evaluated) return PH_ERR_NOT_FOUND;
      for (const auto& [name, value] : self(ctx).metrics) visit(user, to_ph(name), value);
      return PH_OK;
    });
  };
  table_.hyper = [](void* ctx, std::int64_t group, ph_str name, double* out) {
    return guarded([&] {
      if (group < 0) return PH_ERR_NOT_FOUND;
      const auto value = self(ctx).plan_.optimizers->hyper(static_cast<std::size_t>(group), from_ph(name));
      return value ? (*out = *value, PH_OK) : PH_ERR_NOT_FOUND;
    });
  };
  table_.tensor = [](void* ctx, ph_str name, ph_tensor* out) {
    return guarded([&] {
      const auto tensor = self(ctx).tensors.find(from_ph(name));
      if (!tensor.defined()) return PH_ERR_NOT_FOUND;
      // Sizes and strides belong to the tensor, which the model or the runner keeps alive.
      auto view = RunTensors::view_of(tensor);
      const auto capacity = std::min<std::size_t>(out->size, sizeof view);
      if (capacity < offsetof(ph_tensor, strides) + sizeof view.strides) return PH_ERR_INVALID_ARGUMENT;
      view.size = static_cast<std::uint32_t>(capacity);
      *out = view;
      return PH_OK;
    });
  };
  table_.publish_scalar = [](void* ctx, ph_str name, double value) {
    (void)guarded([&] { return self(ctx).log_.add(from_ph(name), value), PH_OK; });
  };
  table_.request_save = [](void* ctx, const ph_save_request* request) {
    return guarded([&] {
      ph_save_request known{};
      const auto* bytes = reinterpret_cast<const char*>(request);
      std::copy_n(bytes, std::min<std::size_t>(request->size, sizeof known), reinterpret_cast<char*>(&known));
      return self(ctx).request_save(known);
    });
  };
  table_.request_evaluate = [](void* ctx) -> std::int32_t {
    if (!self(ctx).plan_.val) return PH_ERR_NOT_FOUND;
    if (is_evaluating(self(ctx).stage) || is_saving(self(ctx).stage)) return PH_ERR_UNSUPPORTED;
    self(ctx).evaluate = true;
    return PH_OK;
  };
  table_.request_stop = [](void* ctx, ph_str reason) {
    return guarded([&] { return self(ctx).stop = std::string(from_ph(reason)), PH_OK; });
  };
}

std::int32_t RunView::set_hyper(std::int64_t group, std::string_view name, double value) {
  if (!plan_.hooks.may_mutate()) return PH_ERR_UNSUPPORTED;
  if (group < -1) return PH_ERR_NOT_FOUND;
  if (!std::isfinite(value)) return PH_ERR_INVALID_ARGUMENT;
  const auto one = group < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(group));
  return plan_.optimizers->set_hyper(one, name, value) ? PH_OK : PH_ERR_NOT_FOUND;
}

// What hooks change and publish.
void RunView::fill_changes() {
  table_.visit_tensors = [](void* ctx, ph_str prefix, ph_visit_tensor visit, void* user) {
    return guarded([&] { return self(ctx).tensors.visit(from_ph(prefix), visit, user); });
  };
  table_.combine = [](void* ctx, ph_str to, double a, ph_str from, double b) {
    return guarded([&] { return self(ctx).tensors.combine(from_ph(to), a, from_ph(from), b); });
  };
  table_.swap = [](void* ctx, ph_str one, ph_str other) {
    return guarded([&] { return self(ctx).tensors.swap(from_ph(one), from_ph(other)); });
  };
  table_.set_hyper = [](void* ctx, std::int64_t group, ph_str name, double value) {
    return guarded([&] { return self(ctx).set_hyper(group, from_ph(name), value); });
  };
  table_.set_requires_grad = [](void* ctx, ph_str param, std::int32_t on) {
    return guarded([&] { return self(ctx).tensors.set_requires_grad(from_ph(param), on != 0); });
  };
  table_.publish_text = [](void* ctx, ph_str name, ph_str text) {
    return guarded([&] {
      auto& view = self(ctx);
      if (view.publishing) return PH_ERR_UNSUPPORTED;
      return view.published.add_text(view.plan_.hooks.running(), name, text);
    });
  };
  table_.publish_picture = [](void* ctx, ph_str name, const ph_picture* picture) {
    return guarded([&] {
      auto& view = self(ctx);
      if (view.publishing) return PH_ERR_UNSUPPORTED;
      return view.published.add_picture(view.plan_.hooks.running(), name, picture);
    });
  };
  table_.request_rollback = [](void* ctx) -> std::int32_t {
    auto& view = self(ctx);
    if (!view.plan_.hooks.may_mutate() || is_saving(view.stage) || is_evaluating(view.stage))
      return PH_ERR_UNSUPPORTED;
    if (view.newest.empty()) return PH_ERR_NOT_FOUND;
    view.rollback = true;
    return PH_OK;
  };
}

}  // namespace ph
