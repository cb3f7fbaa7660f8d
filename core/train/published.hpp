#pragma once
#include <posehost/abi.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ph {

/// Texts and pictures that wait to be handed to the loggers: a hook's, until it returns. Main thread.
class PublishedItems {
 public:
  /// Results are PH_OK or PH_ERR_* as abi.h says; `from` is the component that publishes.
  [[nodiscard]] std::int32_t add_text(std::string from, ph_str name, ph_str text);
  [[nodiscard]] std::int32_t add_picture(std::string from, ph_str name, const ph_picture* picture);

  /// Hands on all, in their order, and forgets them.
  void take(const std::function<void(const ph_published&)>& hand_on);
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }

 private:
  struct Item {
    std::int32_t kind;
    std::string from, name, text;
    std::vector<std::uint8_t> pixels;
    ph_picture picture;
  };
  [[nodiscard]] std::int32_t add(Item item, ph_str name);
  std::vector<Item> items_;
  std::int64_t bytes_ = 0;
};

}  // namespace ph
