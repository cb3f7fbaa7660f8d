#include "train/run_view.hpp"

#include <algorithm>
#include <cstddef>

#include "train/dtype.hpp"

namespace ph {
namespace {

RunView& self(void* ctx) { return *static_cast<RunView*>(ctx); }

// A plain name within the work dir: no way out of it.
bool is_plain(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name[0] != '.' && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
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
    : plan_{plan}, log_{log}, work_dir_{plan.work_dir.string()}, name_{std::move(run_name)} {
  fill_table();
}

at::Tensor RunView::find(std::string_view name) const {
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return {};
  const auto kind = name.substr(0, slash), rest = name.substr(slash + 1);
  if (kind == "batch" || kind == "output") {
    const auto found = tensors.find(std::string(name));
    return found == tensors.end() ? at::Tensor{} : found->second;
  }
  if (kind == "slot") {
    const auto next = rest.find('/');
    return next == std::string_view::npos
               ? at::Tensor{}
               : plan_.optimizer->slot(rest.substr(0, next), rest.substr(next + 1));
  }
  const std::string key(rest);
  if (kind == "buffer") {
    const auto buffers = plan_.model->named_buffers();
    const auto* found = buffers.find(key);
    return found ? *found : at::Tensor{};
  }
  const auto params = plan_.model->named_parameters();
  const auto* found = params.find(key);
  if (!found) return {};
  if (kind == "param") return found->detach();
  return kind == "grad" ? found->grad() : at::Tensor{};
}

std::int32_t RunView::request_save(const ph_save_request& request) {
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
  table_.n_groups = static_cast<std::int64_t>(plan_.optimizer->groups().size());

  table_.scalar = [](void* ctx, ph_str name, double* out) {
    return guarded([&] {
      auto& view = self(ctx);
      if (const auto value = view.log_.current(from_ph(name))) return *out = *value, PH_OK;
      for (const auto& [metric, value] : view.metrics) {
        if (metric == from_ph(name)) return *out = value, PH_OK;
      }
      return PH_ERR_NOT_FOUND;
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
      const auto& optimizer = *self(ctx).plan_.optimizer;
      const auto index = optimizer.hyper_index(from_ph(name));
      if (index < 0 || group < 0 || group >= static_cast<std::int64_t>(optimizer.groups().size()))
        return PH_ERR_NOT_FOUND;
      return *out = optimizer.hyper(static_cast<std::size_t>(group), index), PH_OK;
    });
  };
  table_.tensor = [](void* ctx, ph_str name, ph_tensor* out) {
    return guarded([&] {
      const auto tensor = self(ctx).find(from_ph(name));
      if (!tensor.defined()) return PH_ERR_NOT_FOUND;
      ph_tensor view{};
      const auto capacity = std::min<std::size_t>(out->size, sizeof view);
      if (capacity < offsetof(ph_tensor, strides) + sizeof view.strides) return PH_ERR_INVALID_ARGUMENT;
      view.size = static_cast<std::uint32_t>(capacity);
      view.data = tensor.data_ptr();
      view.dtype = dtype_of(tensor);
      view.device_type = tensor.is_cuda() ? PH_DEVICE_CUDA : PH_DEVICE_CPU;
      view.device_id = tensor.is_cuda() ? tensor.get_device() : 0;
      view.ndim = static_cast<std::int32_t>(tensor.dim());
      // Sizes and strides belong to the tensor, which the model or the runner keeps alive.
      view.shape = tensor.sizes().data();
      view.strides = tensor.strides().data();
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
    self(ctx).evaluate = true;
    return PH_OK;
  };
  table_.request_stop = [](void* ctx, ph_str reason) {
    return guarded([&] { return self(ctx).stop = std::string(from_ph(reason)), PH_OK; });
  };
}

}  // namespace ph
