#include "tensor/safetensors.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "config/error.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

using ph::SafetensorsFile;
using ph::TensorType;
using ph::TensorView;
using test::ContainsSubstring;

namespace {

template <class T>
std::vector<T> values(const TensorView& view) {
  std::vector<T> out(view.bytes() / sizeof(T));
  std::memcpy(out.data(), view.data, view.bytes());
  return out;
}

/// The format by hand: length, header, data.
std::string file_of(const std::string& header, const std::string& data = {}) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

std::string error_of(const std::string& bytes) {
  const test::TempFolder dir;
  const auto path = dir.path() / "x.safetensors";
  test::write_all(path, bytes);
  try {
    (void)SafetensorsFile::open(path);
  } catch (const ph::Error& error) {
    CHECK(static_cast<int>(error.kind()) == static_cast<int>(ph::ErrorKind::data));
    CHECK_THAT(error.what(), ContainsSubstring(path.string() + ": "));
    return error.what();
  }
  FAIL("no error was thrown");
  return {};
}

const std::vector<float> floats{1.5F, -2, 3, 4, 5, 6};
const std::vector<std::int64_t> ints{1, -1};
const std::vector<std::uint8_t> bytes_of_u8{7, 8, 9};

std::map<std::string, TensorView> some_tensors() {
  return {{"backbone.conv1.weight", {TensorType::f32, {2, 3}, floats.data()}},
          {"a.count", {TensorType::i64, {2}, ints.data()}},
          {"mask", {TensorType::u8, {3}, bytes_of_u8.data()}},
          {"scalar", {TensorType::f32, {}, floats.data()}},
          {"empty", {TensorType::f32, {0, 4}, nullptr}}};
}

}  // namespace

TEST_CASE("tensors come back as they were written", "[tensor][safetensors]") {
  const test::TempFolder dir;
  const auto path = dir.path() / "m.safetensors";
  ph::write_safetensors(path, some_tensors(), {{"format", "posehost"}, {"note", "a \"quoted\" ü"}});
  const auto file = SafetensorsFile::open(path);
  CHECK(file.path() == path);
  CHECK(file.metadata() ==
        std::map<std::string, std::string>{{"format", "posehost"}, {"note", "a \"quoted\" ü"}});
  REQUIRE(file.tensors().size() == 5);
  const auto& weight = file.tensors().at("backbone.conv1.weight");
  CHECK(weight.type == TensorType::f32);
  CHECK(weight.shape == std::vector<std::int64_t>{2, 3});
  CHECK(values<float>(weight) == floats);
  CHECK(values<std::int64_t>(file.tensors().at("a.count")) == ints);
  CHECK(values<std::uint8_t>(file.tensors().at("mask")) == bytes_of_u8);
  CHECK(file.tensors().at("scalar").shape.empty());
  CHECK(file.tensors().at("empty").bytes() == 0);
}

TEST_CASE("views outlive the object that a copy keeps", "[tensor][safetensors]") {
  const test::TempFolder dir;
  const auto path = dir.path() / "m.safetensors";
  ph::write_safetensors(path, some_tensors(), {});
  auto first = std::make_unique<SafetensorsFile>(SafetensorsFile::open(path));
  const SafetensorsFile copy = *first;
  first.reset();
  std::filesystem::remove(path);
  CHECK(values<float>(copy.tensors().at("backbone.conv1.weight")) == floats);
}

TEST_CASE("equal tensors give equal, aligned bytes", "[tensor][safetensors]") {
  const test::TempFolder dir;
  ph::write_safetensors(dir.path() / "1", some_tensors(), {{"b", "1"}, {"a", "2"}});
  ph::write_safetensors(dir.path() / "2", some_tensors(), {{"a", "2"}, {"b", "1"}});
  const auto bytes = test::read_all(dir.path() / "1");
  CHECK(bytes == test::read_all(dir.path() / "2"));
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK((8 + length) % 64 == 0);
  const auto file = SafetensorsFile::open(dir.path() / "1");
  for (const auto& [name, view] : file.tensors()) {
    CAPTURE(name);
    CHECK(reinterpret_cast<std::uintptr_t>(view.data) % ph::bytes_of(view.type) == 0);
  }
}

TEST_CASE("every element type survives", "[tensor][safetensors]") {
  const test::TempFolder dir;
  const std::string data = "0123456789abcdef";
  std::map<std::string, TensorView> tensors;
  for (int i = 0; i <= static_cast<int>(TensorType::u64); ++i) {
    const auto type = static_cast<TensorType>(i);
    tensors[ph::name_of(type)] = {type, {2}, data.data()};
  }
  CHECK(tensors.size() == 13);
  ph::write_safetensors(dir.path() / "t", tensors, {});
  const auto file = SafetensorsFile::open(dir.path() / "t");
  for (const auto& [name, view] : file.tensors()) {
    CHECK(name == ph::name_of(view.type));
    CHECK(std::memcmp(view.data, data.data(), view.bytes()) == 0);
  }
}

// Written by huggingface's own library; the script beside it made it.
TEST_CASE("a file of huggingface's library is read", "[tensor][safetensors][golden]") {
  const auto file = SafetensorsFile::open(POSEHOST_TEST_DIR "/core/tensor/huggingface.safetensors");
  CHECK(file.metadata().at("made_by") == "safetensors");
  REQUIRE(file.tensors().size() == 4);
  CHECK(values<float>(file.tensors().at("f32")) == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(file.tensors().at("f32").shape == std::vector<std::int64_t>{2, 3});
  CHECK(values<std::int64_t>(file.tensors().at("i64")) == std::vector<std::int64_t>{-1, 1});
  CHECK(values<std::uint8_t>(file.tensors().at("u8")) == std::vector<std::uint8_t>{1, 2, 3});
  CHECK(file.tensors().at("empty").shape == std::vector<std::int64_t>{0, 2});
}

TEST_CASE("files that are not safetensors are told apart", "[tensor][safetensors][error]") {
  const auto [bytes, expected] = GENERATE(table<std::string, std::string>({
      {"", "the file is empty"},
      {"abc", "truncated"},
      {std::string("PK\x03\x04 and more of a zip archive"), "PyTorch's .pth"},
      {std::string("\x80\x02}q\x00(X\x05", 8) + "more", "a Python pickle"},
      {"{\"json\": \"but no length before it\"}", "not a safetensors file"},
      {file_of("[1]"), "does not begin with {"},
      {file_of("{}").substr(0, 9), "truncated"},
  }));
  CAPTURE(bytes);
  CHECK_THAT(error_of(bytes), ContainsSubstring(expected));
}

TEST_CASE("a header that claims too much is refused before anything is allocated",
          "[tensor][safetensors][error]") {
  std::string bytes = file_of("{}");
  const std::uint64_t claim =
      GENERATE(std::uint64_t{10'000'000'000}, UINT64_MAX, UINT64_MAX - 7, std::uint64_t{3});
  std::memcpy(bytes.data(), &claim, 8);
  const auto error = error_of(bytes);
  CHECK_THAT(error, ContainsSubstring("a header of " + std::to_string(claim) + " bytes"));
}

TEST_CASE("hostile headers are refused", "[tensor][safetensors][error]") {
  const std::string data(24, 'x');
  const auto one = [](const std::string& type, const std::string& shape, const std::string& offsets) {
    return R"({"t":{"dtype":)" + type + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  const auto [header, expected] = GENERATE_COPY(table<std::string, std::string>({
      {"{\"t\":", "no valid JSON"},
      {"{}x", "no valid JSON"},
      {"{\"\xff\":1}", "no valid JSON"},
      {"{/* */}", "no valid JSON"},
      {R"({"t":3})", "tensor \"t\" with other members"},
      {R"({"t":{"dtype":"F32","shape":[6]}})", "dtype, shape and data_offsets"},
      {R"({"t":{"dtype":"F32","shape":[6],"data_offsets":[0,24],"x":1}})", "with other members"},
      {R"({"t":{"dtype":"F32","shape":[6],"data_offsets":[0,24]},"t":{}})", "the key \"t\" is there twice"},
      {R"({"t":{"dtype":"F32","dtype":"F32","shape":[6],"data_offsets":[0,24]}})",
       "\"dtype\" is there twice"},
      {R"({"__metadata__":{"a":1},"t":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}})", "metadata \"a\""},
      {R"({"__metadata__":[]})", "no object"},
      {one("\"F8_E4M3\"", "[24]", "[0,24]"), "F8_E4M3"},
      {one("3", "[24]", "[0,24]"), "with the type 3"},
      {one("\"F32\"", "[7]", "[0,24]"), "28 by its shape and type"},
      {one("\"F32\"", "[-6]", "[0,24]"), "whole numbers from 0"},
      {one("\"F32\"", "[6.0]", "[0,24]"), "whole numbers from 0"},
      {one("\"F32\"", "{}", "[0,24]"), "wrong shape"},
      {one("\"F32\"", "[9223372036854775808]", "[0,24]"), "below 2^63"},
      {one("\"F32\"", "[4294967296,4294967296,6]", "[0,24]"), "fits into 64 bits"},
      {one("\"F32\"", "[4294967296,4294967296,0]", "[0,24]"), "fits into 64 bits"},
      {one("\"F32\"", "[6]", "[24,0]"), "wrong data_offsets"},
      {one("\"F32\"", "[6]", "[0]"), "wrong data_offsets"},
      {one("\"F32\"", "[6]", "[0,24,48]"), "wrong data_offsets"},
      {one("\"F32\"", "[7]", "[0,28]"), "the file is truncated"},
      {one("\"F32\"", "[4]", "[18446744073709551608,18446744073709551615]"), "the file is truncated"},
      {one("\"F32\"", "[5]", "[0,20]"), "4 bytes after the last tensor"},
      {one("\"F32\"", "[5]", "[4,24]"), "after bytes of no tensor"},
      {"{}", "24 bytes after the last tensor"},
      {R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[4],"data_offsets":[8,24]}})",
       "tensor \"b\" at byte 8, within another one"},
      {R"({"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]},"b":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}})",
       "within another one"},
  }));
  CAPTURE(header);
  CHECK_THAT(error_of(file_of(header, data)), ContainsSubstring(expected));
}

TEST_CASE("a header that is nested like a tower is refused", "[tensor][safetensors][error]") {
  CHECK_THAT(error_of(file_of("{\"t\":" + std::string(100'000, '['))),
             ContainsSubstring("nested deeper than 8"));
}

TEST_CASE("a truncated file is refused at every length", "[tensor][safetensors][error]") {
  const test::TempFolder dir;
  const auto path = dir.path() / "m";
  ph::write_safetensors(path, some_tensors(), {{"a", "b"}});
  const auto whole = test::read_all(path);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    (void)error_of(whole.substr(0, length));
  }
}

TEST_CASE("no damage to a file does more than an error", "[tensor][safetensors][error]") {
  const test::TempFolder dir;
  const auto path = dir.path() / "m";
  ph::write_safetensors(path, some_tensors(), {{"a", "b"}});
  const auto whole = test::read_all(path);
  std::mt19937 random{11};
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    auto bytes = whole;
    for (int i = 0; i < 2; ++i) bytes[random() % (bytes.size() - 50)] = static_cast<char>(random());
    test::write_all(path, bytes);
    try {
      const auto file = SafetensorsFile::open(path);
      for (const auto& [name, view] : file.tensors()) {
        CHECK(view.bytes() <= bytes.size());
      }
    } catch (const ph::Error&) {
      ++refused;
    }
  }
  CHECK(refused > 1000);
}

TEST_CASE("things that are no files are refused", "[tensor][safetensors][error]") {
  const test::TempFolder dir;
  for (const auto& path : {dir.path(), dir.path() / "absent", std::filesystem::path{"/dev/null"}}) {
    CHECK_THROWS_AS(SafetensorsFile::open(path), ph::Error);
  }
}
