#include "plot/write_plot.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "config/error.hpp"
#include "system/child.hpp"
#include "tensor/atomic_file.hpp"
#include "tensor/safetensors.hpp"

namespace ph {
namespace {

namespace fs = std::filesystem;

fs::path find_gnuplot() {
  const char* value = getenv("PATH");
  std::string path = value ? value : "/usr/local/bin:/usr/bin:/bin";
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find(':', begin), path.size());
    const auto file = fs::path(path.substr(begin, end - begin)) / "gnuplot";
    // Folders that are relative to wherever one happens to be are passed over.
    if (file.is_absolute() && access(file.c_str(), X_OK) == 0) return file;
    begin = end + 1;
  }
  throw Error(ErrorKind::environment, "pictures are drawn by gnuplot, which is not installed",
              "no gnuplot in " + path, "gnuplot 5",
              "apt-get install gnuplot-nox; without --out the plot is shown in the terminal");
}

/// A folder of our own that goes away.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::error_code ignored;
    auto name = (fs::temp_directory_path(ignored) / "posehost-plot-XXXXXX").string();
    if (!mkdtemp(name.data()))
      throw Error(ErrorKind::environment, name + ": cannot be made", std::strerror(errno),
                  "a folder for temporary files", "TMPDIR=DIR");
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

std::string terminal(PictureFormat format, std::size_t panels) {
  const auto height = 140 + 340 * panels;
  switch (format) {
    case PictureFormat::svg:
      return "set terminal svg size 1000," + std::to_string(height) + " noenhanced background rgb 'white'\n";
    case PictureFormat::pdf:
      return "set terminal pdfcairo size 10in," + std::to_string(height) + "/100.0*1in noenhanced\n";
    default:
      return "set terminal pngcairo size 1000," + std::to_string(height) + " noenhanced\n";
  }
}

// A path within single quotes of a gnuplot script.
std::string in_quotes(const fs::path& path) {
  std::string out = "'";
  for (const char c : path.string()) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::string read_whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

PictureFormat picture_format(const fs::path& file) {
  auto suffix = file.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (suffix == ".png") return PictureFormat::png;
  if (suffix == ".svg") return PictureFormat::svg;
  if (suffix == ".pdf") return PictureFormat::pdf;
  throw Error(ErrorKind::usage, "--out " + file.string() + ": no picture can be written there",
              suffix.empty() ? "a name without a suffix" : "suffix " + suffix, ".png, .svg or .pdf",
              "--out " + file.stem().string() + ".png");
}

void write_plot(const Figure& figure, const fs::path& file) {
  const auto format = picture_format(file);
  const auto gnuplot = find_gnuplot();
  AtomicFile result{file};  // before the work: a folder that is not there shows at once
  const ScratchFolder scratch;
  const auto script = scratch.path() / "script.gp", picture = scratch.path() / "picture";
  write_file_atomically(script, terminal(format, figure.panels.size()) + "set output " + in_quotes(picture) +
                                    "\n" + gnuplot_script(figure) + "unset output\n");
  // -d: no start-up files of the user or the system.
  const auto drawn = run_child({gnuplot.string(), "-d", script.string()}, 60'000);
  const auto bytes = read_whole(picture);
  if (drawn.exit_code != 0 || bytes.empty()) {
    throw Error(ErrorKind::environment, file.string() + ": gnuplot could not draw it",
                drawn.timed_out ? "no answer within a minute" : drawn.output.substr(0, 400), "a picture",
                "gnuplot 5 with cairo (Debian: gnuplot-nox)");
  }
  result.write(bytes.data(), bytes.size());
  result.commit();
}

}  // namespace ph
