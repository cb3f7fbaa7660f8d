// Damage of every kind to files of weights: the answer is an Error or tensors that can be read, never a
// crash, never another exception. tests/fuzz does the same without end.
#include <sys/mman.h>
#include <unistd.h>

#include <random>
#include <utility>

#include "config/error.hpp"
#include "fixture_weights.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"
#include "tensor/pth.hpp"
#include "tensor/safetensors.hpp"

namespace {

struct Outcome {
  int refused = 0, read = 0;
};

template <class File>
class Damage {
 public:
  explicit Damage(const std::filesystem::path& good) : good_{test::read_all(good)} {}
  ~Damage() { ::close(fd_); }
  Damage(const Damage&) = delete;
  Damage& operator=(const Damage&) = delete;

  void open(const std::string& bytes) {
    REQUIRE(::ftruncate(fd_, 0) == 0);
    if (::pwrite(fd_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) FAIL("memory");
    try {
      const auto file = File::open("/proc/self/fd/" + std::to_string(fd_));
      for (const auto& [name, view] : file.tensors()) {
        const auto* data = static_cast<const unsigned char*>(view.data);
        for (std::size_t i = 0; i < view.bytes(); ++i) sum_ += data[i];
      }
      ++outcome_.read;
    } catch (const ph::Error&) {
      ++outcome_.refused;
    }
  }
  Outcome every_truncation() {
    for (std::size_t size = 0; size < good_.size(); ++size) open(good_.substr(0, size));
    return std::exchange(outcome_, {});
  }
  Outcome flips(int count) {
    std::mt19937 random(7);
    const auto below = [&](std::size_t n) { return random() % n; };
    for (int i = 0; i < count; ++i) {
      auto bytes = good_;
      for (auto changes = 1 + below(3); changes > 0; --changes)
        bytes[below(bytes.size())] = static_cast<char>(below(2) ? below(256) : 0xff * below(2));
      open(bytes);
    }
    return std::exchange(outcome_, {});
  }

 private:
  std::string good_;
  int fd_ = ::memfd_create("damaged", MFD_CLOEXEC);  // thousands of files: on a disk it takes minutes
  Outcome outcome_;
  std::uint64_t sum_ = 0;
};

}  // namespace

TEST_CASE("a file of torch.save that ends anywhere is refused", "[pth][damage]") {
  const auto name = GENERATE(as<std::string>(), "zip.pth", "legacy.pth");
  CAPTURE(name);
  Damage<ph::PthFile> damage(test::weights_fixture(name));
  CHECK(damage.every_truncation().read == 0);
}

TEST_CASE("a file of torch.save with changed bytes is read or refused", "[pth][damage]") {
  const auto name = GENERATE(as<std::string>(), "zip.pth", "legacy.pth", "views.pth", "views_legacy.pth",
                             "parameters.pth", "mmengine.pth");
  CAPTURE(name);
  Damage<ph::PthFile> damage(test::weights_fixture(name));
  const auto outcome = damage.flips(2000);
  CHECK(outcome.refused > 300);
  CHECK(outcome.refused + outcome.read == 2000);
}

TEST_CASE("a damaged safetensors file is read or refused", "[safetensors][damage]") {
  Damage<ph::SafetensorsFile> damage(POSEHOST_TEST_DIR "/core/tensor/huggingface.safetensors");
  CHECK(damage.every_truncation().read == 0);
  const auto outcome = damage.flips(2000);
  CHECK(outcome.refused + outcome.read == 2000);
}
