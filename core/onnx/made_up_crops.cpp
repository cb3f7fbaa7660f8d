#include "onnx/made_up_crops.hpp"

#include <functional>
#include <numeric>

#include "config/error.hpp"

namespace ph {
namespace {

// Uniform, the same everywhere.
class Draw {
 public:
  std::uint32_t operator()() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state_ >> 33);
  }

 private:
  std::uint64_t state_ = 1;
};

template <class T>
OnnxTensor held(const OnnxPort& port, std::vector<std::int64_t> shape,
                const std::function<T(std::uint32_t)>& make) {
  const auto count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  const auto values = std::make_shared<std::vector<T>>(static_cast<std::size_t>(count));
  Draw draw;
  for (auto& value : *values) value = make(draw());
  return {port.name, port.type, std::move(shape), values->data(), values->size() * sizeof(T), values};
}

}  // namespace

OnnxTensor made_up_crops(const OnnxSession& session, std::int64_t batch) {
  if (session.inputs().size() != 1 || session.inputs().front().shape.size() != 4) {
    throw Error(ErrorKind::data, "the model does not take images",
                std::to_string(session.inputs().size()) + " inputs", "one input of N x C x H x W",
                "check-model is for files that `posehost export` wrote");
  }
  const auto& port = session.inputs().front();
  auto shape = port.shape;
  if (shape.front() < 0) shape.front() = batch;
  for (const auto size : shape) {
    if (size < 1)
      throw Error(ErrorKind::data, port.name + " has a side of no fixed size", {}, "C, H and W in numbers");
  }
  if (port.type == OnnxType::u8)
    return held<std::uint8_t>(port, shape,
                              [](std::uint32_t bits) { return static_cast<std::uint8_t>(bits >> 23); });
  if (port.type != OnnxType::f32) throw Error(ErrorKind::data, port.name + " is neither float32 nor uint8");
  const bool pixels = session.metadata("posehost.pixels").starts_with("0 to 255");
  return held<float>(port, shape, [pixels](std::uint32_t bits) {
    const auto byte = static_cast<float>(bits >> 23);
    return pixels ? byte : byte / 64 - 2;
  });
}

}  // namespace ph
