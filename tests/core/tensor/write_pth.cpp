#include "tensor/write_pth.hpp"

#include <cstring>

#include "config/error.hpp"
#include "fixture_weights.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"
#include "tensor/file_mapping.hpp"
#include "tensor/pth.hpp"
#include "tensor/zip_archive.hpp"
#include "tensor/zip_writer.hpp"

namespace {

std::string read(const std::filesystem::path& path) {
  return std::string(ph::FileMapping(path, "a file").bytes());
}

}  // namespace

TEST_CASE("tensors of every type come back from a .pth as they were", "[pth][write]") {
  const test::TempFolder dir;
  const auto source = ph::PthFile::open(test::weights_fixture("types.pth"));
  auto tensors = source.tensors();
  const std::uint16_t word[] = {1, 65535};
  const std::uint64_t large[] = {~std::uint64_t{0}};
  const float one = 1.5F;
  tensors["u16"] = {ph::TensorType::u16, {2}, word};
  tensors["u64"] = {ph::TensorType::u64, {1}, large};
  tensors["scalar"] = {ph::TensorType::f32, {}, &one};
  tensors["empty"] = {ph::TensorType::f32, {3, 0, 2}, nullptr};
  ph::write_pth(dir.path() / "w.pth", tensors, {{"epoch", "3"}, {"posehost.config", "{\"ä\": 1}"}});
  const auto back = ph::PthFile::open(dir.path() / "w.pth");
  CHECK(back.state_dict() == "state_dict");
  CHECK(back.facts() ==
        std::map<std::string, std::string>{{"meta.epoch", "3"}, {"meta.posehost.config", "{\"ä\": 1}"}});
  REQUIRE(back.tensors().size() == tensors.size());
  for (const auto& [name, view] : tensors) {
    CAPTURE(name);
    const auto& same = back.tensors().at(name);
    CHECK(same.type == view.type);
    CHECK(same.shape == view.shape);
    REQUIRE(same.bytes() == view.bytes());
    CHECK((view.bytes() == 0 || std::memcmp(same.data, view.data, view.bytes()) == 0));
    if (view.bytes() > 0) CHECK(reinterpret_cast<std::uintptr_t>(same.data) % 64 == 0);
  }
}

TEST_CASE("equal weights give equal bytes, and a failure leaves the file", "[pth][write]") {
  const test::TempFolder dir;
  const float values[] = {1, 2, 3};
  const std::map<std::string, ph::TensorView> tensors{{"a", {ph::TensorType::f32, {3}, values}}};
  ph::write_pth(dir.path() / "a.pth", tensors, {});
  ph::write_pth(dir.path() / "b.pth", tensors, {});
  CHECK(read(dir.path() / "a.pth") == read(dir.path() / "b.pth"));
  CHECK_THROWS_AS(ph::write_pth(dir.path() / "no" / "a.pth", tensors, {}), ph::Error);
}

TEST_CASE("an archive with 64-bit fields can be read", "[zip][write]") {
  const test::TempFolder dir;
  const auto path = dir.path() / "wide.zip";
  const auto wide_from = GENERATE(std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{200}, ~std::uint64_t{0});
  CAPTURE(wide_from);
  {
    ph::AtomicFile file{path};
    ph::ZipWriter zip{file, wide_from};
    zip.add("a/one", "12345");
    zip.add("a/none", "");
    zip.add("a/two", std::string(300, 'x'));
    zip.finish();
    file.commit();
  }
  const ph::FileMapping mapping(path, "an archive");
  const auto files = ph::read_zip_archive(path, mapping.bytes());
  REQUIRE(files.size() == 3);
  CHECK(files.at("a/one") == "12345");
  CHECK(files.at("a/none").empty());
  CHECK(files.at("a/two") == std::string(300, 'x'));
}
