#include "infer/video.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "config/error.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

// Beside the running program: posehost-torch, in libexec/posehost. A test program names its folder.
fs::path module_file() {
  if (const char* folder = std::getenv("POSEHOST_VIDEO_MODULE")) return folder;
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path() / "libposehost_video.so";
}

const ph_video_module& module() {
  static const auto* const found = []() -> const ph_video_module* {
    void* library = dlopen(module_file().c_str(), RTLD_NOW | RTLD_LOCAL);
    void* symbol = library ? dlsym(library, PH_VIDEO_MODULE) : nullptr;
    return symbol ? reinterpret_cast<ph_video_module_fn>(symbol)() : nullptr;
  }();
  if (found) return *found;
  const char* why = dlerror();
  throw Error(ErrorKind::environment, "videos cannot be read by this build of posehost",
              why ? why : "no " + module_file().string(), "libposehost_video.so, and OpenCV's videoio",
              "install libopencv-videoio-dev and build again; or make pictures of the video and infer those");
}

}  // namespace

VideoReader::VideoReader(const fs::path& file) : file_{file} {
  ph_video_info info{};
  reader_ = module().open(file.c_str(), &info);
  if (!reader_)
    throw Error(ErrorKind::data, file.string() + ": cannot be read as a video",
                "no stream of pictures that is known", "a whole video file",
                "copy it again, or convert it to .mp4");
  constexpr double usual_fps = 25;
  fps_ = info.fps > 0 && info.fps < 1000 ? info.fps : usual_fps;
  frames_ = std::max<std::int64_t>(0, info.frames);
  width_ = info.width;
  height_ = info.height;
}

VideoReader::~VideoReader() { module().close(reader_); }

bool VideoReader::next(cv::Mat& frame) {
  frame.create(height_, width_, CV_8UC3);
  const auto state = module().read(reader_, frame.data);
  if (state < 0)
    throw Error(ErrorKind::data, file_.string() + ": a frame cannot be used",
                "another size than the first ones, or damage", "frames of one size");
  return state > 0;
}

VideoWriter::VideoWriter(fs::path file, double fps, int width, int height) : file_{std::move(file)} {
  draft_ = file_.parent_path() / ("." + std::to_string(getpid()) + "-" + file_.filename().string());
  writer_ = module().create(draft_.c_str(), fps, width, height);
  if (writer_) return;
  std::error_code ignored;
  fs::remove(draft_, ignored);
  throw Error(ErrorKind::environment, file_.string() + ": the video cannot be written",
              "no MPEG-4 encoder, or no place", "a folder that you can write to, and OpenCV with ffmpeg",
              "without --out: --json and --csv need no video");
}

VideoWriter::~VideoWriter() {
  if (!writer_) return;
  module().finish(writer_);
  std::error_code ignored;
  fs::remove(draft_, ignored);
}

void VideoWriter::write(const cv::Mat& frame) { module().write(writer_, frame.data); }

void VideoWriter::finish() {
  module().finish(std::exchange(writer_, nullptr));
  std::error_code failed;
  fs::rename(draft_, file_, failed);
  if (failed) throw Error(ErrorKind::environment, file_.string() + ": cannot be written", failed.message());
}

}  // namespace ph
