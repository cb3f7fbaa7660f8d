// Descriptors as a plugin's code might return them: sizes, counts, lengths and pointers of any value, but
// none that leads outside memory that is there; no check could tell that.
#include <fuzzer/FuzzedDataProvider.h>

#include <memory>
#include <vector>

#include "open_file.hpp"
#include "plugin/negotiation.hpp"

namespace {

/// Memory as the largest struct has it, so that any size that is accepted can be read.
using Block = std::unique_ptr<unsigned char[]>;

class Maker {
 public:
  explicit Maker(FuzzedDataProvider& from) : from_{from} {}

  const ph_plugin* plugin() {
    const auto n = from_.ConsumeIntegralInRange<std::int64_t>(0, 3);
    for (std::int64_t i = 0; i < n; ++i) components_.push_back(from_.ConsumeBool() ? component() : nullptr);
    ph_plugin plugin{};
    plugin.size = size(sizeof plugin);
    plugin.built_major = small(0);
    plugin.built_minor = small(9);
    plugin.min_host_minor = small(9);
    plugin.must_understand = small(0);
    plugin.id = text("com.acme.rules", 200);
    plugin.version = text("1.0", 100);
    plugin.license = text("MIT", 300);
    plugin.author = text("", 300);
    plugin.libraries = text("", 5000);
    plugin.components = from_.ConsumeBool() ? components_.data() : nullptr;
    // More than there are would be read beyond the array, whatever the host does.
    plugin.n_components =
        from_.ConsumeBool() ? n : from_.PickValueInArray<std::int64_t>({-1, 0, 1025, INT64_MAX});
    return store(plugin);
  }

 private:
  const ph_component* component() {
    static const unsigned char api = 0;
    ph_component component{};
    component.size = size(sizeof component);
    component.kind = text("posehost.schedule/0", 100);
    component.name = text("Step", 100);
    component.doc = text("steps", 1100);
    component.schema = text("{\"type\":\"object\"}", 3000);
    component.create = from_.ConsumeBool() ? create : nullptr;
    component.api = from_.ConsumeBool() ? &api : nullptr;
    return store(component);
  }
  static std::int32_t create(const ph_host*, const ph_config*, void**) { return PH_OK; }

  template <class T>
  const T* store(const T& value) {
    auto& block = blocks_.emplace_back(new unsigned char[PH_MAX_STRUCT_SIZE]());
    std::memcpy(block.get(), &value, sizeof value);
    return reinterpret_cast<const T*>(block.get());
  }
  std::uint32_t size(std::size_t usual) {
    return from_.ConsumeBool() ? static_cast<std::uint32_t>(usual) : from_.ConsumeIntegral<std::uint32_t>();
  }
  std::uint32_t small(std::uint32_t usual) {
    return from_.ConsumeBool() ? usual : from_.ConsumeIntegralInRange<std::uint32_t>(0, 20);
  }
  /// A length of any value with a pointer; what could be read is there.
  ph_str text(const char* usual, std::size_t most) {
    auto& copy = texts_.emplace_back(
        new std::string{from_.ConsumeBool() ? usual : from_.ConsumeRandomLengthString(most)});
    const auto length = static_cast<std::int64_t>(copy->size());
    return {from_.ConsumeProbability<float>() < 0.9F ? copy->data() : nullptr,
            from_.ConsumeProbability<float>() < 0.9F
                ? length
                : -from_.ConsumeIntegralInRange<std::int64_t>(0, INT64_MAX)};
  }

  FuzzedDataProvider& from_;
  std::vector<Block> blocks_;
  std::vector<std::unique_ptr<std::string>> texts_;
  std::vector<const ph_component*> components_;
};

ph::PluginNote usual_note() {
  ph::PluginNote note;
  note.file = "fuzz.so";
  note.abi_minor = note.min_host_minor = 9;
  note.id = "com.acme.rules";
  note.version = "1.0";
  note.license = "MIT";
  note.components.push_back({"posehost.schedule/0", "Step", "steps", "{\"type\":\"object\"}"});
  return note;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto note = usual_note();
  FuzzedDataProvider from(data, size);
  Maker maker{from};
  try {
    const auto components = ph::read_descriptor(maker.plugin(), note);
    fuzz::must(components.size() == 1 && components[0].name == "Step",
               "what is accepted is what the note says");
  } catch (const ph::Error& error) {
    fuzz::must(error.kind() == ph::ErrorKind::plugin, "a bad descriptor is the plugin's fault");
  }
  return 0;
}
