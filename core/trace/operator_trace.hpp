#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace ph {

using Shape = std::vector<std::int64_t>;

/// A tensor of a traced run: what went in, a parameter, or what an operator gave. An operator that works in
/// place gives a new value, so that values never change.
struct TracedValue {
  Shape shape;
  std::string type;       ///< "float32", "int64", …
  std::string parameter;  ///< name in the network, for parameters and buffers
  std::size_t bytes = 0;
  std::size_t storage = 0;  ///< values with the same number share their memory
  /// Contents of parameters and of tensors that no operator made, contiguous; null for all others, and
  /// where the trace was made without contents. `keep` owns them.
  const void* data = nullptr;
  std::shared_ptr<const void> keep;
};

/// Index of a value in a trace, or of none (an absent bias).
struct ValueId {
  static constexpr std::size_t none = SIZE_MAX;
  std::size_t index = none;
  [[nodiscard]] bool present() const noexcept { return index != none; }
};

/// What an operator was called with. std::monostate: nothing (None, or what has no meaning here).
using TracedArgument = std::variant<std::monostate, ValueId, std::vector<ValueId>, std::int64_t, double, bool,
                                    Shape, std::vector<double>, std::string>;

/// A call of an operator, the outermost of those that it is made of: "aten::conv2d", not what that calls.
struct TracedCall {
  std::string op;
  std::string module;           ///< where in the network, see attribute_calls()
  bool has_parameters = false;  ///< of that module, as they are or transposed
  std::vector<TracedArgument> arguments;
  std::vector<std::size_t> outputs;
};

struct TracedParameter {
  std::string name;
  std::int64_t elements = 0;
  std::size_t bytes = 0;
  bool trainable = false;
  bool buffer = false;  ///< running figures and the like: no parameter
};

/// What a network did with one input, free of LibTorch.
struct OperatorTrace {
  std::vector<TracedValue> values;
  std::vector<TracedCall> calls;            ///< in the order in which they ran
  std::vector<TracedParameter> parameters;  ///< in the network's order
  std::map<std::string, std::string>
      modules;                        ///< class of each module by its name: "backbone.bn1": "BatchNorm2d"
  std::size_t input = 0, output = 0;  ///< values
};

/// Says of each call where it ran, by the parameters that it used: "backbone.layer1.0.conv1". A call without parameters
/// (an activation, a sum) ran in the part in which the layer before it is: "backbone.layer1.0"; one that joins several tensors
/// not in a list of layers.
void attribute_calls(OperatorTrace& trace);

/// All values that a call reads, in order.
[[nodiscard]] std::vector<std::size_t> inputs_of(const TracedCall& call);

/// The largest sum of memory that is in use at a time when each value goes as soon as nothing reads it, in bytes;
/// without parameters, with the input.
[[nodiscard]] std::size_t peak_activation_bytes(const OperatorTrace& trace);

}  // namespace ph
