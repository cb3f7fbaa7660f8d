// SPDX-License-Identifier: MIT
//
// What a hook may read, publish and ask for. Valid for the call that got it. Main thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <posehost/failure.hpp>

namespace ph {

using HookEvent = ph_hook_event;  // fields: see abi.h
using Tensor = ph_tensor;

struct NamedScalar {
  std::string name;
  double value;
};

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

inline std::int64_t numel(const Tensor& tensor) noexcept {
  std::int64_t n = 1;
  for (std::int32_t i = 0; i < tensor.ndim; ++i) n *= tensor.shape[i];
  return n;
}

// The elements of a tensor in main memory, float or double, in the order of its memory: a parameter,
// its gradient's copy and slots of it have the same. Throws Failure for another type or device.
template <class Real>
Real* elements(const Tensor& tensor) {
  if (tensor.device_type != PH_DEVICE_CPU)
    throw Failure(PH_ERR_UNSUPPORTED, "a tensor that is not in main memory");
  if (tensor.dtype.code != PH_DTYPE_FLOAT || tensor.dtype.bits != 8 * sizeof(Real))
    throw Failure(PH_ERR_UNSUPPORTED, "a tensor of another element type");
  return static_cast<Real*>(tensor.data);
}

class RunView {
 public:
  explicit RunView(const ph_hook_event* event)
      : event_(detail::read_struct(event)), run_(detail::read_struct(event->run)) {}

  // Where the run stands: stage, mode, epoch, iter, inner_iter, iters_in_epoch, opt_step, ...
  const HookEvent& now() const noexcept { return event_; }
  bool training() const noexcept { return event_.mode == PH_MODE_TRAIN; }

  // mmcv's questions, asked after an iteration or epoch: has a multiple of n been reached? Never for
  // n <= 0.
  bool every_n_epochs(std::int64_t n) const noexcept { return n > 0 && (event_.epoch + 1) % n == 0; }
  bool every_n_iters(std::int64_t n) const noexcept { return n > 0 && (event_.iter + 1) % n == 0; }
  bool every_n_inner_iters(std::int64_t n) const noexcept {
    return n > 0 && (event_.inner_iter + 1) % n == 0;
  }
  bool end_of_epoch() const noexcept { return event_.inner_iter + 1 == event_.iters_in_epoch; }
  bool last() const noexcept { return event_.last != 0; }

  std::string_view work_dir() const noexcept { return detail::from_ph(run_.work_dir); }
  // Start of the names of this run's log files.
  std::string_view name() const noexcept { return detail::from_ph(run_.name); }
  std::int64_t seed() const noexcept { return run_.seed; }
  std::int32_t rank() const noexcept { return run_.rank; }
  std::int32_t world_size() const noexcept { return run_.world_size; }
  std::int64_t start_epoch() const noexcept { return run_.start_epoch; }
  std::int64_t start_iter() const noexcept { return run_.start_iter; }
  std::int64_t n_groups() const noexcept { return run_.n_groups; }

  // A value of this iteration or of the last evaluation: "loss", "acc_pose", "PCK". Waits for a
  // device that holds it.
  std::optional<double> scalar(std::string_view name) const {
    double value = 0;
    if (!found(run_.scalar(run_.ctx, detail::to_ph(name), &value), "scalar")) return std::nullopt;
    return value;
  }

  // Means over the last `window` iterations of the current mode (0: since the epoch began), in the
  // order in which they are to be logged.
  std::vector<NamedScalar> averages(std::int64_t window) const {
    Visitor visitor;
    found(run_.averages(run_.ctx, window, &Visitor::visit, &visitor), "averages");
    return visitor.take();
  }

  // The metrics of the last evaluation; empty if there was none yet.
  std::vector<NamedScalar> metrics() const {
    Visitor visitor;
    found(run_.metrics(run_.ctx, &Visitor::visit, &visitor), "metrics");
    return visitor.take();
  }

  // A hyper-parameter of a group, by role ("lr", "momentum", "weight_decay") or name.
  std::optional<double> hyper(std::int64_t group, std::string_view name) const {
    double value = 0;
    if (!found(run_.hyper(run_.ctx, group, detail::to_ph(name), &value), "hyper")) return std::nullopt;
    return value;
  }

  // A borrowed view, by name: "param/<n>", "buffer/<n>", "model/<n>" (either), "grad/<n>",
  // "slot/<slot>/<n>" of the optimizer, "hook/<slot>/<n>" of this hook, "batch/<key>", "output/<key>".
  // Write only to the hook's own slots, or if it has `mutates`.
  std::optional<Tensor> tensor(std::string_view name) const {
    Tensor tensor{};
    tensor.size = sizeof(Tensor);
    if (!found(run_.tensor(run_.ctx, detail::to_ph(name), &tensor), "tensor")) return std::nullopt;
    return tensor;
  }

  // All tensors whose names begin with `prefix`: "param/", "hook/ema/backbone.".
  std::vector<NamedTensor> tensors(std::string_view prefix) const {
    TensorVisitor visitor;
    done(need(run_.visit_tensors)(run_.ctx, detail::to_ph(prefix), &TensorVisitor::visit, &visitor),
         "visit_tensors");
    if (visitor.failed) throw std::bad_alloc();
    return std::move(visitor.tensors);
  }

  // to = a * to + b * from, on whatever device they are, for all tensors below the prefix `to`
  // ("hook/ema/") with those of the same rest of name below `from` ("param/", "model/").
  void combine(std::string_view to, double a, std::string_view from, double b) {
    done(need(run_.combine)(run_.ctx, detail::to_ph(to), a, detail::to_ph(from), b), "combine");
  }
  void copy(std::string_view to, std::string_view from) { combine(to, 0, from, 1); }
  // Exchanges contents, matched likewise.
  void swap(std::string_view one, std::string_view other) {
    done(need(run_.swap)(run_.ctx, detail::to_ph(one), detail::to_ph(other)), "swap");
  }

  // Sets a hyper-parameter of a group, or of all with group -1, until a schedule sets it again.
  void set_hyper(std::int64_t group, std::string_view name, double value) {
    done(need(run_.set_hyper)(run_.ctx, group, detail::to_ph(name), value), "set_hyper");
  }
  // Freezes a parameter ("backbone.conv1.weight") or frees it. Not kept in checkpoints.
  void set_requires_grad(std::string_view param, bool on) {
    done(need(run_.set_requires_grad)(run_.ctx, detail::to_ph(param), on ? 1 : 0), "set_requires_grad");
  }

  // Adds a value to this iteration's, to be averaged and logged like a loss.
  void publish(std::string_view name, double value) {
    run_.publish_scalar(run_.ctx, detail::to_ph(name), value);
  }

  // For the loggers; handed to them as soon as this hook returns.
  void publish_text(std::string_view name, std::string_view text) {
    done(need(run_.publish_text)(run_.ctx, detail::to_ph(name), detail::to_ph(text)), "publish_text");
  }
  // 8 bits a channel; 1 (grey), 3 (RGB) or 4 channels; stride 0: rows without gaps.
  void publish_picture(std::string_view name, const std::uint8_t* data, std::int64_t width,
                       std::int64_t height, std::int64_t channels, std::int64_t stride = 0) {
    const ph_picture picture{
        sizeof(ph_picture), 0, data, width, height, channels, stride > 0 ? stride : width * channels};
    done(need(run_.publish_picture)(run_.ctx, detail::to_ph(name), &picture), "publish_picture");
  }

  // Requests; met as soon as this hook returns, before the next one runs.
  // filename: a plain name within the work dir; flags: PH_SAVE_*; remove: plain names of files to
  // delete once the new one is safely on disk.
  void request_save(std::string_view filename, std::uint32_t flags,
                    const std::vector<std::string>& remove = {}) {
    std::vector<ph_str> names;
    for (const auto& name : remove) names.push_back(detail::to_ph(name));
    const ph_save_request request{sizeof(ph_save_request),
                                  0,
                                  detail::to_ph(filename),
                                  flags,
                                  0,
                                  names.data(),
                                  static_cast<std::int64_t>(names.size())};
    done(run_.request_save(run_.ctx, &request), "request_save");
  }
  void request_evaluate() { done(run_.request_evaluate(run_.ctx), "request_evaluate"); }
  // Ends the run after this iteration.
  void request_stop(std::string_view reason) {
    done(run_.request_stop(run_.ctx, detail::to_ph(reason)), "request_stop");
  }
  // Back to the newest checkpoint of this run that can be resumed from, counters excepted. False:
  // there is none yet.
  bool request_rollback() { return found(need(run_.request_rollback)(run_.ctx), "request_rollback"); }

 private:
  // The host calls this; nothing may be thrown through it.
  struct Visitor {
    std::vector<NamedScalar> values;
    bool failed = false;
    static void visit(void* self, ph_str name, double value) noexcept {
      auto& visitor = *static_cast<Visitor*>(self);
      try {
        visitor.values.push_back({std::string(detail::from_ph(name)), value});
      } catch (...) {
        visitor.failed = true;
      }
    }
    std::vector<NamedScalar> take() {
      if (failed) throw std::bad_alloc();
      return std::move(values);
    }
  };

  struct TensorVisitor {
    std::vector<NamedTensor> tensors;
    bool failed = false;
    static void visit(void* self, ph_str name, const ph_tensor* tensor) noexcept {
      auto& visitor = *static_cast<TensorVisitor*>(self);
      try {
        visitor.tensors.push_back({std::string(detail::from_ph(name)), detail::read_struct(tensor)});
      } catch (...) {
        visitor.failed = true;
      }
    }
  };

  // Functions that an older host does not have.
  template <class F>
  static F* need(F* function) {
    if (function == nullptr)
      throw Failure(PH_ERR_UNSUPPORTED, "this host is too old for the hook; expected a newer posehost");
    return function;
  }
  static bool found(std::int32_t status, const char* what) {
    if (status == PH_ERR_NOT_FOUND) return false;
    done(status, what);
    return true;
  }
  static void done(std::int32_t status, const char* what) {
    if (status != PH_OK) throw Failure(status, std::string("the host refused ") + what);
  }

  HookEvent event_;
  ph_run run_;
};

}  // namespace ph
