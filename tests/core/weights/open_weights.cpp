#include "weights/open_weights.hpp"

#include "../tensor/fixture_weights.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"
#include "tensor/safetensors.hpp"

using ph::open_weights;
using test::ContainsSubstring;

TEST_CASE("weights are opened by what a file holds, not by its name", "[weights]") {
  const test::TempFolder dir;
  const auto path = dir.path() / "weights.bin";
  const float number = 2;
  ph::write_safetensors(path, {{"module.a", {ph::TensorType::f32, {1}, &number}}}, {});
  CHECK(open_weights(path).format == "safetensors");
  CHECK(test::elements(open_weights(path).tensors.at("a")) == std::vector<double>{2});
  test::write_all(path, test::read_all(test::weights_fixture("zip.pth")));
  CHECK(open_weights(path).format == "PyTorch");
  test::write_all(path, test::read_all(test::weights_fixture("legacy.pth")));
  CHECK(open_weights(path).format == "PyTorch before 1.6");
}

TEST_CASE("names of DataParallel lose their prefix, unless the bare name is there too", "[weights]") {
  const auto weights = open_weights(test::weights_fixture("data_parallel.pth"));
  CHECK(weights.tensors.count("conv.weight") == 1);
  CHECK(weights.tensors.size() == 7);
  const test::TempFolder dir;
  const float numbers[] = {1, 2};
  ph::write_safetensors(
      dir.path() / "both",
      {{"a", {ph::TensorType::f32, {1}, &numbers[0]}}, {"module.a", {ph::TensorType::f32, {1}, &numbers[1]}}},
      {});
  const auto both = open_weights(dir.path() / "both");
  CHECK(test::elements(both.tensors.at("a")) == std::vector<double>{1});
  CHECK(test::elements(both.tensors.at("module.a")) == std::vector<double>{2});
}

TEST_CASE("averaged weights are mentioned", "[weights]") {
  const auto weights = open_weights(test::weights_fixture("mmengine.pth"));
  REQUIRE(weights.notes.size() == 1);
  CHECK_THAT(weights.notes[0], ContainsSubstring("ema_state_dict"));
  CHECK(open_weights(test::weights_fixture("mmcv.pth")).notes.empty());
}

TEST_CASE("files of other programs are called what they are", "[weights][error]") {
  const test::TempFolder dir;
  const auto [bytes, expected] = GENERATE(table<std::string, std::string>({
      {"\x80\x04\x95 and a pickle", "plain Python pickle"},
      {"\x89HDF\r\n", "Keras"},
      {"\x1f\x8b\x08", "gzip"},
      {"<!DOCTYPE html>", "web page"},
      {"", "empty"},
      {"short", "truncated"},
  }));
  CAPTURE(bytes);
  test::write_all(dir.path() / "w.pth", bytes);
  CHECK_THAT(test::error_of([&] { (void)open_weights(dir.path() / "w.pth"); }), ContainsSubstring(expected));
}

TEST_CASE("a safetensors file that claims 10 GB is refused at once", "[weights][error]") {
  const test::TempFolder dir;
  const std::string header = R"({"a":{"dtype":"F32","shape":[2500000000],"data_offsets":[0,10000000000]}})";
  std::string length(8, '\0');
  length[0] = static_cast<char>(header.size());
  test::write_all(dir.path() / "w", length + header + "1234");
  CHECK_THAT(test::error_of([&] { (void)open_weights(dir.path() / "w"); }), ContainsSubstring("truncated"));
  length = std::string("\x00\xe4\x0b\x54\x02\x00\x00\x00", 8);  // a header of 10^10 bytes
  test::write_all(dir.path() / "w", length + header);
  CHECK_THAT(test::error_of([&] { (void)open_weights(dir.path() / "w"); }), ContainsSubstring("10000000000"));
}
