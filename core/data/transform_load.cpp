// LoadImageFromFile: from the instance's file to pixels.
#include "config/error.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

struct LoadArgs {
  std::string color_type = "color", channel_order = "rgb";
  bool to_float32 = false;
  static const ArgTable<LoadArgs>& table();
};

const ArgTable<LoadArgs>& LoadArgs::table() {
  static const auto t =
      ArgTable<LoadArgs>("reads and decodes the image")
          .arg("color_type", &LoadArgs::color_type, "color: turned as its EXIF orientation says",
               one_of({"color", "color_ignore_orientation", "grayscale", "unchanged"}))
          .arg("channel_order", &LoadArgs::channel_order, "order of the channels", one_of({"rgb", "bgr"}))
          .arg("to_float32", &LoadArgs::to_float32, "pixels as floats at once")
          .ignored("file_client_args", "images are read from files");
  return t;
}

class LoadImageFromFile final : public Transform, public ImageSource {
 public:
  LoadImageFromFile(const LoadArgs& args, const PipelineContext& context) : cache_(context.cache) {
    if (args.color_type == "grayscale" || args.color_type == "unchanged") {
      throw Unavailable{"color_type", "\"" + args.color_type + "\" is not available yet",
                        "\"color\" or \"color_ignore_orientation\""};
    }
    if (args.to_float32) throw Unavailable{"to_float32", "pixels as floats are not available yet", "false"};
    options_.rgb = args.channel_order == "rgb";
    options_.apply_orientation = args.color_type == "color";
  }

  Contract contract() const override { return {{}, {Item::image, Item::picture}, {}}; }

  void leave_undecoded() override { late_ = true; }

  void apply(Sample& sample, const Draws&) const override {
    sample.mirrored = false;
    sample.source = late_ ? this : nullptr;
    sample.image = late_ ? nullptr : picture(sample, {});
  }

  std::shared_ptr<const Image> picture(Sample& sample, const Region& wanted) const override {
    const std::string& file = sample.instance->image_file;
    if (cache_) {
      if (auto kept = cache_->find(file)) {
        check_size(*kept, *sample.instance);  // a file may stand in two entries of the annotations
        return kept;
      }
    }
    const auto image = cache_ ? std::make_shared<Image>() : sample.spare_image();
    auto options = options_;
    if (!cache_) options.wanted = wanted;
    read_image(file, options, *image);
    check_size(*image, *sample.instance);
    if (cache_) cache_->put(file, image);
    return image;
  }

 private:
  // Another size means that boxes and keypoints belong to another version of the picture.
  static void check_size(const Image& image, const Instance& instance) {
    if (image.width == instance.image_width && image.height == instance.image_height) return;
    const auto text = [](std::int64_t width, std::int64_t height) {
      return std::to_string(width) + " x " + std::to_string(height);
    };
    throw Error(ErrorKind::data,
                instance.image_file + ": the image has another size than its annotation says",
                text(image.width, image.height), text(instance.image_width, instance.image_height),
                "annotate the image again; if it was annotated without regard to its EXIF orientation, set "
                "\"color_type\": \"color_ignore_orientation\"");
  }

  DecodeOptions options_;
  ImageCache* cache_;
  bool late_ = false;
};

}  // namespace

void register_load_image(TransformRegistry& registry) {
  registry.add<LoadArgs>("LoadImageFromFile", [](const LoadArgs& args, const PipelineContext& context) {
    return std::make_shared<LoadImageFromFile>(args, context);
  });
}

}  // namespace ph
