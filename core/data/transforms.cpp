#include "data/transform.hpp"

namespace ph {

const TransformRegistry& transforms() {
  static const TransformRegistry all = [] {
    TransformRegistry registry("transform");
    register_load_image(registry);
    register_box_transforms(registry);
    register_flip(registry);
    register_half_body(registry);
    register_affine(registry);
    register_tensor_transforms(registry);
    register_generate_target(registry);
    register_regression_target(registry);
    register_translation(registry);
    register_photometric(registry);
    register_albumentation(registry);
    register_collect(registry);
    return registry;
  }();
  return all;
}

}  // namespace ph
