// LoadImageFromFile: from the instance's file to pixels.
#include "config/error.hpp"
#include "data/image_cache.hpp"
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
          .arg("color_type", &LoadArgs::color_type,
               "color, grayscale: three channels or one, turned as the file's EXIF orientation says; "
               "unchanged: the file's own channels, as many as NormalizeTensor's mean has numbers",
               one_of({"color", "color_ignore_orientation", "grayscale", "grayscale_ignore_orientation",
                       "unchanged"}))
          .arg("channel_order", &LoadArgs::channel_order,
               "order of the channels with color_type color; the other types give BGR",
               one_of({"rgb", "bgr"}))
          .arg("to_float32", &LoadArgs::to_float32,
               "pixels as floats: the crop is not rounded to bytes, and ToTensor does not divide by 255")
          .ignored("file_client_args", "images are read from files");
  return t;
}

class LoadImageFromFile final : public Transform, public ImageSource {
 public:
  LoadImageFromFile(const LoadArgs& args, const PipelineContext& context) : cache_(context.cache) {
    options_.rgb = args.color_type == "color" && args.channel_order == "rgb";
    options_.apply_orientation = args.color_type == "color" || args.color_type == "grayscale";
    if (args.color_type.starts_with("grayscale")) options_.channels = Channels::grayscale;
    if (args.color_type == "unchanged") options_.channels = Channels::unchanged;
    options_.floats = args.to_float32;
    // mmcv looks at channel_order for one color_type only.
    if (args.channel_order == "rgb" && args.color_type != "color" &&
        !args.color_type.starts_with("grayscale"))
      note_ =
          "\"color_type\": \"" + args.color_type + "\" gives BGR, whatever channel_order says (as in mmcv)";
  }

  void meet(PixelFormat& format) override {
    format.channels = options_.channels == Channels::color       ? 3
                      : options_.channels == Channels::grayscale ? 1
                                                                 : 0;
    format.floats = options_.floats;
  }

  void expect(const PixelFormat& format) override {
    if (format.channels == 0) {
      throw Unavailable{"color_type", "nothing says how many channels the pictures have",
                        "NormalizeTensor with a mean for each channel of \"unchanged\" pictures"};
    }
    format_ = format;
  }

  std::string note() const override { return note_; }

  Contract contract() const override { return {{}, {Item::image, Item::picture}, {}}; }

  void leave_undecoded() override { late_ = true; }

  std::optional<DecodeOptions> decoding() const override { return options_; }

  void apply(Sample& sample, const Draws&) const override {
    sample.mirrored = false;
    // Where to look in a picture can be known only with its size.
    const bool late = late_ && sample.instance->image_width > 0;
    sample.source = late ? this : nullptr;
    sample.image = late ? nullptr : picture(sample, {});
  }

  std::shared_ptr<const Image> picture(Sample& sample, const Region& wanted) const override {
    const auto& instance = *sample.instance;
    if (cache_) {
      if (auto kept = cache_->find(instance.image_file, options_)) {
        check(*kept, instance);  // a file may stand in two entries of the annotations
        return kept;
      }
    }
    // What is to be kept is decoded whole, into memory of its own.
    const bool keep = cache_ && cache_->has_room(bytes_of(instance));
    const auto image = keep ? std::make_shared<Image>() : sample.spare_image();
    auto options = options_;
    if (!keep) options.wanted = wanted;
    read_image(instance.image_file, options, *image);
    check(*image, instance);
    if (keep) cache_->put(instance.image_file, options_, image);
    return image;
  }

 private:
  void check(const Image& image, const Instance& instance) const {
    check_size(image, instance);
    if (image.format.channels == format_.channels) return;
    const auto text = [](int channels) {
      const char* const kind = channels == 1 ? " (grey)" : channels == 4 ? " (colours and alpha)" : "";
      return std::to_string(channels) + (channels == 1 ? " channel" : " channels") + kind;
    };
    throw Error(ErrorKind::data, instance.image_file + ": the image has another number of channels",
                text(image.format.channels), text(format_.channels) + ", as NormalizeTensor says",
                "\"color_type\": \"color\" or \"grayscale\", which make them equal");
  }

  // 0: not known before it is decoded. An annotation may claim any size; what has it will not be read.
  std::size_t bytes_of(const Instance& instance) const {
    if (instance.image_width > max_image_pixels || instance.image_height > max_image_pixels) return SIZE_MAX;
    return static_cast<std::size_t>(instance.image_width * instance.image_height) * format_.bytes();
  }

  // Another size means that boxes and keypoints belong to another version of the picture.
  static void check_size(const Image& image, const Instance& instance) {
    if (image.width == instance.image_width && image.height == instance.image_height) return;
    if (instance.image_width == 0) return;  // MPII's files say nothing
    const auto text = [](std::int64_t width, std::int64_t height) {
      return std::to_string(width) + " x " + std::to_string(height);
    };
    throw Error(ErrorKind::data,
                instance.image_file + ": the image has another size than its annotation says",
                text(image.width, image.height), text(instance.image_width, instance.image_height),
                "annotate the image again; if it was annotated without regard to its EXIF orientation, set "
                "\"color_type\": \"color_ignore_orientation\" (whose channels are BGR)");
  }

  DecodeOptions options_;
  PixelFormat format_;
  std::string note_;
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
