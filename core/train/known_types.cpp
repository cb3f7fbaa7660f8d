#include "train/known_types.hpp"

#include "data/coco_dataset.hpp"
#include "data/transform.hpp"
#include "model/parts.hpp"

namespace ph {
namespace {

template <class R>
void add(KnownTypes& all, const char* kind, const R& registry) {
  for (const auto& name : registry.names()) all[kind][name] = registry.schema_text(name);
}

}  // namespace

KnownTypes known_types() {
  KnownTypes all;
  add(all, "model", models());
  add(all, "backbone", backbones());
  add(all, "neck", necks());
  add(all, "head", heads());
  add(all, "loss", losses());
  add(all, "dataset", datasets());
  add(all, "transform", transforms());
  return all;
}

}  // namespace ph
