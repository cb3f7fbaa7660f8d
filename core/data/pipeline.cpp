#include "data/pipeline.hpp"

#include <posehost/abi_draft.h>

#include <algorithm>
#include <map>

#include "config/error.hpp"
#include "data/plugin_transform.hpp"

namespace ph {
namespace {

struct ItemText {
  const char* what;
  const char* maker;  // the transform that usually makes it
};

ItemText text_of(Item item) {
  switch (item) {
    case Item::box:
      return {"a crop that has not been cut yet", "the data set"};
    case Item::image:
      return {"the whole image", "LoadImageFromFile"};
    case Item::picture:
      return {"a picture", "LoadImageFromFile"};
    case Item::center:
      return {"the crop's centre", "TopDownGetBboxCenterScale"};
    case Item::scale:
      return {"the crop's scale", "TopDownGetBboxCenterScale"};
    case Item::crop:
      return {"the crop", "TopDownAffine"};
    case Item::tensor:
      return {"the crop as a tensor", "ToTensor"};
    case Item::target:
      return {"target", "TopDownGenerateTarget"};
  }
  return {"", ""};
}

// Follows what is there from step to step.
class Flow {
 public:
  explicit Flow(const std::vector<Item>& given) {
    for (const Item item : given) there_[item] = "the data set";
  }

  void pass(const Node& node, const std::string& name, const Contract& contract) {
    for (const Item item : contract.needs) {
      if (!there_.contains(item)) throw missing(node, name, item);
    }
    for (const Item item : contract.drops) {
      there_.erase(item);
      used_up_[item] = name;
    }
    for (const Item item : contract.makes) there_[item] = name;
  }

 private:
  Error missing(const Node& node, const std::string& name, Item item) const {
    const ItemText text = text_of(item);
    const auto gone = used_up_.find(item);
    if (gone != used_up_.end()) {
      return node.error(
          name + " needs " + text.what + ", and comes after " + gone->second + ", which uses it up",
          name + " before " + gone->second);
    }
    return node.error(
        name + " needs " + text.what + ", which nothing before it makes (there is: " + list() + ")",
        std::string(text.maker) + " before " + name);
  }

  std::string list() const {
    std::string all;
    for (const auto& [item, maker] : there_)
      all += (all.empty() ? "" : ", ") + std::string(text_of(item).what);
    return all.empty() ? "nothing" : all;
  }

  std::map<Item, std::string> there_, used_up_;  // by whom
};

// Runs `work` on the transform that `node` describes; what it cannot do becomes an error with a place.
auto placed(const Node& node, const auto& work) {
  try {
    return work();
  } catch (const Unavailable& unavailable) {
    throw node.at(unavailable.key).error(unavailable.problem, unavailable.expected);
  }
}

// The host's own, or a plugin's, where that is a name which only a plugin has.
std::shared_ptr<Transform> make_step(const Node& node, const PipelineContext& context) {
  const auto type = node.is_object() ? node.find("type") : std::nullopt;
  if (context.plugins == nullptr || !type || !type->is_string() || transforms().contains(type->string()))
    return transforms().make(node, context);
  const auto offered = context.plugins->components(PH_KIND_TRANSFORM);
  const auto named = [&](const ComponentRef& one) {
    return one.note->name == type->string() || one.qualified_name() == type->string();
  };
  if (std::none_of(offered.begin(), offered.end(), named)) return transforms().make(node, context);
  return make_plugin_transform(*context.plugins, node);
}

}  // namespace

Pipeline::Pipeline(const Node& list, const PipelineContext& context, const std::vector<Item>& given) {
  if (!list.is_array() || list.size() == 0) throw list.error("not a pipeline", "a list of transforms");
  Flow flow(given);
  std::vector<std::string> names;
  std::vector<std::pair<Node, std::shared_ptr<Transform>>> made;
  for (const Node& node : list.elements()) {
    const auto step = placed(node, [&] {
      auto one = make_step(node, context);
      one->meet(format_);
      return one;
    });
    made.emplace_back(node, step);
    const std::string name = node.at("type").string();
    flow.pass(node, name, step->contract());
    step->set_purpose(
        purpose_of(name, static_cast<std::uint32_t>(std::count(names.begin(), names.end(), name))));
    names.push_back(name);
    if (const auto decoding = step->decoding()) decoding_ = *decoding;
    if (auto note = step->note(); !note.empty()) notes_.push_back(node.where() + ": " + note);
    if (TargetShapes shapes = step->target_shapes(); !shapes.target.empty())
      target_shapes_ = std::move(shapes);
    if (steps_.empty() || !steps_.back()->absorb(*step)) steps_.push_back(step);
  }
  if (names.back() != "Collect") {
    throw list[list.size() - 1].error("the pipeline does not end with Collect",
                                      "Collect as the last transform");
  }
  for (const auto& [node, step] : made) placed(node, [&, step = step] { step->expect(format_); });
  decode_late();
  const std::vector<Item> needs = steps_.back()->contract().needs;
  gives_target_ = std::find(needs.begin(), needs.end(), Item::target) != needs.end();
}

// Where nothing looks at pixels before the crop is cut, only the part under the crop is decoded.
void Pipeline::decode_late() {
  const auto has = [](const std::vector<Item>& items, Item item) {
    return std::find(items.begin(), items.end(), item) != items.end();
  };
  Transform* loader = nullptr;
  for (const auto& step : steps_) {
    const auto contract = step->contract();
    if (has(contract.makes, Item::image)) loader = step.get();
    if (!has(contract.needs, Item::image) && !has(contract.needs, Item::picture)) continue;
    if (!step->takes_undecoded()) return;
    if (has(contract.makes, Item::crop)) {
      if (loader) loader->leave_undecoded();
      return;
    }
  }
}

void Pipeline::run(Sample& sample, const Draws& draws) const {
  for (const auto& step : steps_) step->apply(sample, draws);
}

}  // namespace ph
