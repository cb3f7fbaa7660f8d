// at::RecordFunction's layout depends on NDEBUG, and LibTorch is built with it: so is this file, in debug builds too
// (core/CMakeLists.txt).
#include "trace/record_operators.hpp"

#include <ATen/record_function.h>
#include <c10/core/GradMode.h>

#include <optional>
#include <unordered_map>
#include <utility>

#include "model/class_name.hpp"

namespace ph {
namespace {

std::string type_name(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return "float32";
    case at::kDouble:
      return "float64";
    case at::kHalf:
      return "float16";
    case at::kBFloat16:
      return "bfloat16";
    case at::kLong:
      return "int64";
    case at::kInt:
      return "int32";
    case at::kByte:
      return "uint8";
    case at::kBool:
      return "bool";
    default:
      return c10::toString(tensor.scalar_type());
  }
}

class OperatorRecorder {
 public:
  OperatorRecorder(torch::nn::Module& network, const at::Tensor& input, TraceContents contents)
      : contents_(contents) {
    for (const auto& item : network.named_modules("", /*include_self=*/false))
      trace_.modules[item.key()] = class_name(*item.value());
    for (const auto& item : network.named_parameters()) add_parameter(item.key(), item.value(), false);
    for (const auto& item : network.named_buffers()) add_parameter(item.key(), item.value(), true);
    trace_.input = add(input);
  }

  void begin(const at::RecordFunction& function) {
    if (depth_++ > 0) return;
    TracedCall call;
    call.op = function.name();
    for (const auto& value : function.inputs()) call.arguments.push_back(argument(value));
    open_ = std::move(call);
  }
  void end(const at::RecordFunction& function) {
    if (--depth_ > 0) return;
    for (const auto& value : function.outputs()) {
      if (value.isTensor()) add_output(value.toTensor());
      if (value.isTensorList()) {
        for (const at::Tensor& each : value.toTensorList()) add_output(each);
      }
    }
    if (!open_->outputs.empty()) trace_.calls.push_back(std::move(*open_));
    open_.reset();
  }
  OperatorTrace finish(const at::Tensor& output) {
    trace_.output = known(output);
    attribute_calls(trace_);
    return std::move(trace_);
  }

 private:
  /// Their addresses are kept from being used again, their memory is not.
  using Weak = c10::weak_intrusive_ptr<c10::TensorImpl>;

  std::size_t add(const at::Tensor& tensor) {
    TracedValue value;
    value.shape = tensor.sizes().vec();
    value.type = type_name(tensor);
    value.bytes = static_cast<std::size_t>(tensor.numel()) * tensor.element_size();
    const auto* storage = tensor.has_storage() ? tensor.storage().unsafeGetStorageImpl() : nullptr;
    value.storage = storages_.try_emplace(storage, storages_.size()).first->second;
    if (storage) kept_storages_.emplace_back(tensor.storage().getWeakStorageImpl());
    kept_.emplace_back(tensor.getIntrusivePtr());
    ids_[tensor.unsafeGetTensorImpl()] = trace_.values.size();
    trace_.values.push_back(std::move(value));
    return trace_.values.size() - 1;
  }
  void hold_contents(std::size_t id, const at::Tensor& tensor) {
    if (contents_ == TraceContents::shapes) return;
    auto copy = std::make_shared<at::Tensor>(tensor.detach().cpu().contiguous());
    trace_.values[id].data = copy->const_data_ptr();
    trace_.values[id].keep = std::move(copy);
  }
  void add_parameter(const std::string& name, const at::Tensor& tensor, bool buffer) {
    const auto id = add(tensor);
    trace_.values[id].parameter = name;
    trace_.parameters.push_back(
        {name, tensor.numel(), trace_.values[id].bytes, !buffer && tensor.requires_grad(), buffer});
    hold_contents(id, tensor);
  }
  /// A tensor that no operator made is a constant.
  std::size_t known(const at::Tensor& tensor) {
    if (const auto found = ids_.find(tensor.unsafeGetTensorImpl()); found != ids_.end()) return found->second;
    const auto id = add(tensor);
    hold_contents(id, tensor);
    return id;
  }
  void add_output(const at::Tensor& tensor) {
    if (tensor.defined()) open_->outputs.push_back(add(tensor));
  }
  ValueId id_of(const at::Tensor& tensor) { return tensor.defined() ? ValueId{known(tensor)} : ValueId{}; }

  TracedArgument argument(const c10::IValue& value) {
    if (value.isTensor()) return id_of(value.toTensor());
    if (value.isTensorList()) {
      std::vector<ValueId> all;
      for (const at::Tensor& each : value.toTensorList()) all.push_back(id_of(each));
      return all;
    }
    if (value.isBool()) return value.toBool();
    if (value.isInt()) return value.toInt();
    if (value.isDouble()) return value.toDouble();
    if (value.isIntList()) return value.toIntVector();
    if (value.isDoubleList()) return value.toDoubleVector();
    if (value.isString()) return value.toStringRef();
    return std::monostate{};
  }

  TraceContents contents_;
  OperatorTrace trace_;
  std::vector<Weak> kept_;
  std::vector<c10::weak_intrusive_ptr<c10::StorageImpl>> kept_storages_;
  std::unordered_map<const c10::TensorImpl*, std::size_t> ids_;
  std::unordered_map<const c10::StorageImpl*, std::size_t> storages_;
  std::optional<TracedCall> open_;
  int depth_ = 0;
};

// Callbacks are plain functions: they find the recorder here.
thread_local OperatorRecorder* recorder = nullptr;

std::unique_ptr<at::ObserverContext> on_begin(const at::RecordFunction& function) {
  if (recorder) recorder->begin(function);
  return nullptr;
}
void on_end(const at::RecordFunction& function, at::ObserverContext*) {
  if (recorder) recorder->end(function);
}

/// Records on this thread as long as it lives.
class Recording {
 public:
  explicit Recording(OperatorRecorder& target)
      : handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(&on_begin, &on_end)
                                               .needsInputs(true)
                                               .needsOutputs(true)
                                               .scopes({at::RecordScope::FUNCTION}))) {
    recorder = &target;
  }
  ~Recording() {
    recorder = nullptr;
    at::removeCallback(handle_);
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

 private:
  at::CallbackHandle handle_;
};

}  // namespace

OperatorTrace record_operators(torch::nn::Module& network, const at::Tensor& input,
                               const std::function<at::Tensor(const at::Tensor&)>& forward,
                               TraceContents contents) {
  const c10::NoGradGuard no_grad;
  OperatorRecorder made(network, input, contents);
  at::Tensor output;
  {
    const Recording recording(made);
    output = forward(input);
  }
  return made.finish(output);
}

}  // namespace ph
