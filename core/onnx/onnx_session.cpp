#include "onnx/onnx_session.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <functional>
#include <numeric>

#include "config/error.hpp"
#include "onnx/ort_table.hpp"
#include "system/similar_file.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

constexpr int ort_float = 1;

Error no_runtime(const std::string& where, const std::string& found) {
  return Error(ErrorKind::environment, where + ": ONNX Runtime is not there", found,
               "libonnxruntime.so, as of the Python package onnxruntime or of a release",
               "POSEHOST_ONNXRUNTIME=FILE, or POSEHOST_ONNX_PYTHON=VENV/bin/python where `pip install "
               "onnxruntime` was");
}

fs::path library_in(const fs::path& folder) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (entry.path().filename().string().starts_with("libonnxruntime.so")) return entry.path();
  }
  return {};
}

// VENV/bin/python -> VENV/lib/python3.X/site-packages/onnxruntime/capi
fs::path library_of_python(const fs::path& python) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(python.parent_path().parent_path() / "lib", none)) {
    const auto found = library_in(entry.path() / "site-packages" / "onnxruntime" / "capi");
    if (!found.empty()) return found;
  }
  return {};
}

/// The table, loaded once and never given back.
class Runtime {
 public:
  static const Runtime& get() {
    static const Runtime runtime;
    return runtime;
  }
  template <class... Args>
  OrtStatusHandle call(OrtPlace place, Args... args) const {
    return reinterpret_cast<OrtStatusHandle (*)(Args...)>(at(place))(args...);
  }
  /// Throws Error(data) with what the runtime says.
  template <class... Args>
  void checked(const std::string& where, OrtPlace place, Args... args) const {
    const auto status = call(place, args...);
    if (!status) return;
    const std::string message =
        reinterpret_cast<const char* (*)(OrtStatusHandle)>(at(OrtPlace::get_error_message))(status);
    release(OrtPlace::release_status, status);
    throw Error(ErrorKind::data, where + ": ONNX Runtime " + version + " does not take it", message,
                "a model that it can run", "posehost export with another --opset, or a newer ONNX Runtime");
  }
  void release(OrtPlace place, OrtHandle handle) const {
    reinterpret_cast<void (*)(OrtHandle)>(at(place))(handle);
  }
  std::string version;

 private:
  Runtime() {
    const auto file = find_onnxruntime();
    void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    const char* const why = library ? nullptr : dlerror();
    if (!library) throw no_runtime(file.string(), why ? why : "");
    const auto base = reinterpret_cast<const OrtBase* (*)()>(dlsym(library, "OrtGetApiBase"));
    if (!base) throw no_runtime(file.string(), "a library without OrtGetApiBase");
    constexpr std::uint32_t oldest_used = 8;
    version = base()->version();
    table_ = base()->get_api(oldest_used);
    if (!table_) throw no_runtime(file.string(), "version " + version + ", without interface 8");
  }
  const void* at(OrtPlace place) const { return table_[static_cast<std::size_t>(place)]; }
  const void* const* table_ = nullptr;
};

/// A handle that is given back.
class Owned {
 public:
  explicit Owned(OrtPlace release) : release_(release) {}
  ~Owned() {
    if (handle_) Runtime::get().release(release_, handle_);
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  OrtHandle* out() { return &handle_; }
  [[nodiscard]] OrtHandle get() const { return handle_; }

 private:
  OrtPlace release_;
  OrtHandle handle_ = nullptr;
};

std::vector<std::int64_t> shape_of(const std::string& where, OrtHandle info) {
  const auto& ort = Runtime::get();
  std::size_t count = 0;
  ort.checked(where, OrtPlace::dimension_count, info, &count);
  std::vector<std::int64_t> shape(count);
  ort.checked(where, OrtPlace::dimensions, info, shape.data(), count);
  return shape;
}

OnnxPort read_port(const std::string& where, OrtHandle session, std::size_t i, OrtPlace name_at,
                   OrtPlace type_at) {
  const auto& ort = Runtime::get();
  OrtHandle allocator = nullptr;
  ort.checked(where, OrtPlace::default_allocator, &allocator);
  char* name = nullptr;
  ort.checked(where, name_at, session, i, allocator, &name);
  OnnxPort port;
  port.name = name;
  ort.checked(where, OrtPlace::allocator_free, allocator, static_cast<void*>(name));
  Owned type(OrtPlace::release_type_info);
  ort.checked(where, type_at, session, i, type.out());
  OrtHandle info = nullptr;  // borrowed
  ort.checked(where, OrtPlace::cast_to_tensor_info, type.get(), &info);
  if (!info) throw Error(ErrorKind::data, where + ": " + port.name + " is no tensor");
  int element = 0;
  ort.checked(where, OrtPlace::element_type, info, &element);
  port.type = static_cast<OnnxType>(element);
  port.shape = shape_of(where, info);
  return port;
}

OnnxResult read_result(const std::string& where, const std::string& name, OrtHandle value) {
  const auto& ort = Runtime::get();
  Owned info(OrtPlace::release_tensor_info);
  ort.checked(where, OrtPlace::tensor_type_and_shape, value, info.out());
  int element = 0;
  ort.checked(where, OrtPlace::element_type, info.get(), &element);
  if (element != ort_float) throw Error(ErrorKind::data, where + ": " + name + " is not of type float32");
  OnnxResult result{name, shape_of(where, info.get()), {}};
  const auto count =
      std::accumulate(result.shape.begin(), result.shape.end(), std::int64_t{1}, std::multiplies<>());
  void* data = nullptr;
  ort.checked(where, OrtPlace::tensor_data, value, &data);
  const auto* from = static_cast<const float*>(data);
  result.values.assign(from, from + count);
  return result;
}

}  // namespace

fs::path find_onnxruntime() {
  std::error_code none;
  if (const char* named = std::getenv("POSEHOST_ONNXRUNTIME"); named && *named) {
    const auto file = fs::is_directory(named, none) ? library_in(named) : fs::path(named);
    if (file.empty() || !fs::exists(file, none))
      throw no_runtime("POSEHOST_ONNXRUNTIME", std::string("no library at ") + named);
    return file;
  }
  if (const char* python = std::getenv("POSEHOST_ONNX_PYTHON"); python && *python) {
    const auto file = library_of_python(python);
    if (file.empty())
      throw no_runtime("POSEHOST_ONNX_PYTHON", std::string("no onnxruntime with a library beside ") + python);
    return file;
  }
  for (const char* name : {"libonnxruntime.so", "libonnxruntime.so.1"}) {
    if (dlopen(name, RTLD_LAZY | RTLD_LOCAL)) return name;
  }
  throw no_runtime("check-model", "no libonnxruntime.so where the dynamic loader looks");
}

struct OnnxSession::Impl {
  std::string where;
  Owned env{OrtPlace::release_env}, options{OrtPlace::release_session_options},
      session{OrtPlace::release_session}, about{OrtPlace::release_metadata};
  std::vector<OnnxPort> inputs, outputs;
};

OnnxSession::OnnxSession(const fs::path& model, int threads) {
  const auto& ort = Runtime::get();
  const auto made = std::make_shared<Impl>();
  const auto& where = made->where = model.string();
  std::error_code none;
  if (!fs::is_regular_file(model, none))
    throw Error(ErrorKind::data, where + ": no such file",
                fs::is_directory(model, none) ? "a folder" : "nothing", "an ONNX file",
                fs::is_directory(model, none) ? "name the file itself" : similar_file(model));
  constexpr int only_errors = 3;
  ort.checked(where, OrtPlace::create_env, only_errors, "posehost", made->env.out());
  ort.checked(where, OrtPlace::create_session_options, made->options.out());
  ort.checked(where, OrtPlace::set_log_severity, made->options.get(), only_errors);
  ort.checked(where, OrtPlace::set_intra_threads, made->options.get(), threads);
  ort.checked(where, OrtPlace::create_session, made->env.get(), where.c_str(), made->options.get(),
              made->session.out());
  const auto session = made->session.get();
  std::size_t inputs = 0, outputs = 0;
  ort.checked(where, OrtPlace::input_count, session, &inputs);
  ort.checked(where, OrtPlace::output_count, session, &outputs);
  for (std::size_t i = 0; i < inputs; ++i)
    made->inputs.push_back(read_port(where, session, i, OrtPlace::input_name, OrtPlace::input_type));
  for (std::size_t i = 0; i < outputs; ++i)
    made->outputs.push_back(read_port(where, session, i, OrtPlace::output_name, OrtPlace::output_type));
  ort.checked(where, OrtPlace::model_metadata, session, made->about.out());
  impl_ = made;
}

const std::vector<OnnxPort>& OnnxSession::inputs() const noexcept { return impl_->inputs; }
const std::vector<OnnxPort>& OnnxSession::outputs() const noexcept { return impl_->outputs; }
const std::string& OnnxSession::runtime_version() const noexcept { return Runtime::get().version; }

std::string OnnxSession::metadata(const std::string& key) const {
  const auto& ort = Runtime::get();
  OrtHandle allocator = nullptr;
  ort.checked(impl_->where, OrtPlace::default_allocator, &allocator);
  char* value = nullptr;
  ort.checked(impl_->where, OrtPlace::lookup_metadata, impl_->about.get(), allocator, key.c_str(), &value);
  if (!value) return {};
  const std::string text = value;
  ort.checked(impl_->where, OrtPlace::allocator_free, allocator, static_cast<void*>(value));
  return text;
}

std::vector<OnnxResult> OnnxSession::run(const std::vector<OnnxTensor>& tensors) const {
  const auto& ort = Runtime::get();
  const auto& where = impl_->where;
  Owned memory(OrtPlace::release_memory_info);
  ort.checked(where, OrtPlace::create_cpu_memory_info, 0, 0, memory.out());
  std::vector<std::unique_ptr<Owned>> values;
  std::vector<const char*> input_names, output_names;
  std::vector<OrtHandle> inputs;
  for (const auto& tensor : tensors) {
    auto& value = *values.emplace_back(std::make_unique<Owned>(OrtPlace::release_value));
    // The runtime reads it only.
    ort.checked(where, OrtPlace::create_tensor_with_data, memory.get(), const_cast<void*>(tensor.data),
                tensor.bytes, tensor.shape.data(), tensor.shape.size(), static_cast<int>(tensor.type),
                value.out());
    input_names.push_back(tensor.name.c_str());
    inputs.push_back(value.get());
  }
  for (const auto& port : impl_->outputs) output_names.push_back(port.name.c_str());
  std::vector<OrtHandle> outputs(output_names.size(), nullptr);
  ort.checked(where, OrtPlace::run, impl_->session.get(), static_cast<void*>(nullptr), input_names.data(),
              inputs.data(), inputs.size(), output_names.data(), output_names.size(), outputs.data());
  std::vector<OnnxResult> results;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    auto& value = *values.emplace_back(std::make_unique<Owned>(OrtPlace::release_value));
    *value.out() = outputs[i];
    results.push_back(read_result(where, impl_->outputs[i].name, value.get()));
  }
  return results;
}

}  // namespace ph
