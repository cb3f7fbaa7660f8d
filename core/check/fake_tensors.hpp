#pragma once
#include <posehost/abi.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ph {

/// The tensors of a made-up model and the slots of one hook: what ph_run's functions about tensors look at.
class FakeTensors {
 public:
  FakeTensors();

  /// Makes the slots "hook/<name>/<n>" that are not there yet.
  void add_slots(const std::vector<ph_hook_slot>& slots);
  /// Moves every parameter and gradient as a training iteration would.
  void train(std::int64_t iter);

  /// PH_OK or PH_ERR_NOT_FOUND.
  std::int32_t find(const std::string& name, ph_tensor* out);
  std::int32_t visit(const std::string& prefix, ph_visit_tensor visit, void* user);
  /// `permitted`: whether tensors that are not the hook's may be written to.
  std::int32_t combine(const std::string& to, double a, const std::string& from, double b, bool permitted);
  std::int32_t swap(const std::string& one, const std::string& other, bool permitted);
  [[nodiscard]] bool has_param(const std::string& name) const { return arrays_.count("param/" + name) != 0; }

  /// The name of a tensor that changed since remember(), the hook's own left out; or empty.
  [[nodiscard]] std::string changed() const;
  void remember() { before_ = arrays_; }

  /// Parameters, buffers and slots: what a checkpoint holds.
  using Numbers = std::vector<float>;
  [[nodiscard]] std::map<std::string, Numbers> saved() const;
  void load(const std::map<std::string, Numbers>& saved);

 private:
  [[nodiscard]] std::string place_of(const std::string& name) const;  // "model/x" is a parameter or buffer
  [[nodiscard]] std::vector<std::string> below(const std::string& prefix) const;  // rests of names
  std::int32_t matched(const std::string& to, const std::string& from, bool permitted,
                       const std::function<void(Numbers&, Numbers&)>& work);
  std::map<std::string, Numbers> arrays_, before_;
};

}  // namespace ph
