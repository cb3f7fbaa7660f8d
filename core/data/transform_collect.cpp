// Collect: says what of a sample goes into a batch. All facts of SampleMeta go with every batch.
#include <algorithm>

#include "data/transform.hpp"

namespace ph {
namespace {

struct CollectArgs {
  std::vector<std::string> keys, meta_keys;
  static const ArgTable<CollectArgs>& table();
};

const ArgTable<CollectArgs>& CollectArgs::table() {
  static const auto t =
      ArgTable<CollectArgs>("what goes into a batch")
          .required("keys", &CollectArgs::keys, "tensors", one_of({"img", "target", "target_weight"}))
          .arg("meta_keys", &CollectArgs::meta_keys, "facts about a sample; all are kept anyway",
               one_of({"image_file", "center", "scale", "rotation", "bbox", "bbox_score", "bbox_id",
                       "flip_pairs", "joints_3d", "joints_3d_visible", "dataset", "ann_info"}))
          .ignored("meta_name", "facts have their own place in a batch");
  return t;
}

class Collect final : public Transform {
 public:
  explicit Collect(const CollectArgs& args) {
    const auto asked = [&](const char* key) {
      return std::count(args.keys.begin(), args.keys.end(), key) > 0;
    };
    if (!asked("img")) throw Unavailable{"keys", "\"img\" is missing", "\"img\" among the keys"};
    contract_.needs.push_back(Item::tensor);
    if (asked("target") || asked("target_weight")) contract_.needs.push_back(Item::target);
  }
  Contract contract() const override { return contract_; }
  void apply(Sample&, const Draws&) const override {}

 private:
  Contract contract_;
};

}  // namespace

void register_collect(TransformRegistry& registry) {
  registry.add<CollectArgs>("Collect", [](const CollectArgs& args, const PipelineContext&) {
    return std::make_shared<Collect>(args);
  });
}

}  // namespace ph
