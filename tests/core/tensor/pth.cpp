#include "tensor/pth.hpp"

#include "fixture_weights.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using ph::PthFile;
using test::ContainsSubstring;

TEST_CASE("files of torch.save give what torch reads from them", "[pth][golden]") {
  for (const auto& [name, expected] : test::expected_weights().at("files").items()) {
    CAPTURE(name);
    const auto file = PthFile::open(test::weights_fixture(name));
    CHECK(file.state_dict() == expected.at("state_dict"));
    CHECK(file.facts() == expected.at("facts").get<std::map<std::string, std::string>>());
    CHECK(file.others() == expected.at("others").get<std::vector<std::string>>());
    CHECK(file.tensors().size() == expected.at("tensors").size());
    for (const auto& [key, tensor] : expected.at("tensors").items()) {
      CAPTURE(key);
      REQUIRE(file.tensors().count(key) == 1);
      const auto& view = file.tensors().at(key);
      CHECK(ph::name_of(view.type) == tensor.at("type"));
      CHECK(view.shape == tensor.at("shape").get<std::vector<std::int64_t>>());
      CHECK(test::elements(view) == tensor.at("values").get<std::vector<double>>());
    }
  }
}

TEST_CASE("views of a file of torch.save outlive the object that made them", "[pth]") {
  const auto copy = PthFile::open(test::weights_fixture("views.pth"));
  CHECK(test::elements(copy.tensors().at("steps")) == std::vector<double>{-0.75, 0.5, 1.75, 3, 4.25});
  CHECK(copy.format() == PthFile::Format::zip);
  CHECK(PthFile::open(test::weights_fixture("legacy.pth")).format() == PthFile::Format::legacy);
}

TEST_CASE("what a pickle may not name is refused by its name", "[pth][error]") {
  const auto [file, expected] = GENERATE(table<std::string, std::string>({
      {"os_system.pth", "posix.system"},
      {"os_system_legacy.pth", "posix.system"},
      {"eval.pth", "__builtin__.eval"},
      {"getattr.pth", "__builtin__.getattr"},
      {"module.pth", "torch.nn.modules.container.Sequential"},
      {"sparse.pth", "_rebuild_sparse_tensor"},
      {"sparse.pth", "to_dense()"},
      {"complex.pth", "torch.ComplexFloatStorage"},
      {"quantized.pth", "torch._utils._rebuild_qtensor"},
      {"float8.pth", "torch.float8_e4m3fn"},
  }));
  CAPTURE(file);
  const auto text = test::error_of([&] { (void)PthFile::open(test::weights_fixture(file)); });
  CHECK_THAT(text, ContainsSubstring(expected));
  CHECK_THAT(text, ContainsSubstring(file));
  CHECK_THAT(text, ContainsSubstring("\n  try       "));
}

TEST_CASE("other files than of torch.save are refused", "[pth][error]") {
  const auto [file, expected] = GENERATE(table<std::string, std::string>({
      {"protocol_4.pth", "pickle protocol 4"},
      {"no_weights.pth", "a dict with epoch, weights"},
      {"script.pth", "torch.jit.load"},
      {"big_endian.pth", "byte order \"big\""},
      {"bomb.pth", "compressed"},
      {"plain.pkl", "not a file of torch.save"},
      {"nowhere.pth", "cannot be opened"},
      {"", "not a regular file"},
  }));
  CAPTURE(file);
  CHECK_THAT(test::error_of([&] { (void)PthFile::open(test::weights_fixture(file)); }),
             ContainsSubstring(expected));
}

TEST_CASE("a damaged file of torch.save says so", "[pth][error]") {
  const test::TempFolder dir;
  const auto path = dir.path() / "w.pth";
  const auto error_after = [&](const char* fixture, auto change) {
    auto bytes = test::read_all(test::weights_fixture(fixture));
    change(bytes);
    test::write_all(path, bytes);
    return test::error_of([&] { (void)PthFile::open(path); });
  };
  const auto replace = [](const std::string& old, const std::string& with) {
    return [=](std::string& bytes) {
      const auto at = bytes.find(old);
      REQUIRE(at != std::string::npos);
      bytes.replace(at, old.size(), with);
    };
  };
  CHECK_THAT(error_after("zip.pth", [](std::string& b) { b.resize(b.size() - 100); }),
             ContainsSubstring("truncated"));
  CHECK_THAT(error_after("legacy.pth", [](std::string& b) { b.resize(b.size() - 3); }),
             ContainsSubstring("a storage of"));
  CHECK_THAT(error_after("legacy.pth", [](std::string& b) { b += "more"; }),
             ContainsSubstring("4 bytes after the last storage"));
  // The shape (3, 2, 1, 1) of the first tensor becomes (3, 200, 1, 1).
  CHECK_THAT(
      error_after("zip.pth", replace(std::string("(K\x03K\x02K\x01", 7), std::string("(K\x03K\xc8K\x01", 7))),
      ContainsSubstring("reaches beyond the 6 elements of its storage"));
  CHECK_THAT(error_after("zip.pth", replace("little", "litter")), ContainsSubstring("byte order"));
  CHECK_THAT(error_after("legacy.pth", replace("conv.bias", "bn.weight")),
             ContainsSubstring("two tensors \"bn.weight\""));
  CHECK_THAT(error_after("legacy.pth", replace("M\xe9\x03.", "M\xea\x03.")), ContainsSubstring("version"));
}

TEST_CASE("tensors that repeat few numbers over gigabytes are refused at once", "[pth][error]") {
  // _rebuild_tensor_v2 with the shape (2^31 - 1, 4) and strides of 0: 32 GiB out of one float.
  const test::TempFolder dir;
  const auto path = dir.path() / "w.pth";
  auto bytes = test::read_all(test::weights_fixture("views_legacy.pth"));
  const std::string old("K\x02K\x03\x86", 5);  // the shape (2, 3) of "expanded"
  const auto at = bytes.find(old);
  REQUIRE(at != std::string::npos);
  bytes.replace(at, old.size(), std::string("J\xff\xff\xff\x7fK\x04\x86", 8));
  test::write_all(path, bytes);
  CHECK_THAT(test::error_of([&] { (void)PthFile::open(path); }), ContainsSubstring("repeats few numbers"));
}
