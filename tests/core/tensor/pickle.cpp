#include "tensor/pickle.hpp"

#include <string>

#include "support/catch.hpp"
#include "support/error_of.hpp"

using ph::PickleKind;
using namespace std::string_literals;
using test::ContainsSubstring;

namespace {

const auto proto = "\x80\x02"s;

std::string error_of(const std::string& body) {
  const auto bytes = proto + body;
  return test::error_of([&] { (void)ph::read_pickle("x.pth", bytes); });
}

std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}

const auto storage_id =
    "(X\7\0\0\0storage"s + global("torch", "FloatStorage") + "X\1\0\0\0kX\3\0\0\0cpuK\4tQ"s;

}  // namespace

TEST_CASE("plain values of a pickle", "[pickle]") {
  const auto bytes =
      proto + "(NK\7J\xff\xff\xff\xff\x88G\x40\x04\0\0\0\0\0\0\x8a\2\0\x80\x8a\0X\2\0\0\0abt."s;
  const auto pickle = ph::read_pickle("x.pth", bytes);
  const auto& root = pickle.values[pickle.root];
  REQUIRE(root.kind == PickleKind::tuple);
  REQUIRE(root.items.size() == 8);
  const auto item = [&](std::size_t i) { return pickle.values[root.items[i]]; };
  CHECK(item(0).kind == PickleKind::none);
  CHECK(item(1).integer == 7);
  CHECK(item(2).integer == -1);
  CHECK(item(3).kind == PickleKind::boolean);
  CHECK(item(4).real == 2.5);
  CHECK(item(5).integer == -32768);
  CHECK(item(6).integer == 0);
  CHECK(item(7).text == "ab");
  CHECK(pickle.end == bytes.size());
}

TEST_CASE("a pickle may hold itself and be as deep as it likes", "[pickle]") {
  const auto self = proto + "}q\0X\1\0\0\0ah\0s."s;
  const auto pickle = ph::read_pickle("x.pth", self);
  CHECK(pickle.values[pickle.root].items.at(1) == pickle.root);
  std::string deep = proto;
  for (int i = 0; i < 500'000; ++i) deep += ']';
  for (int i = 1; i < 500'000; ++i) deep += 'a';
  deep += '.';
  CHECK(ph::read_pickle("x.pth", deep).values.size() == 500'000);
}

TEST_CASE("Python 2's dict of pairs, and old storages that are parts of others", "[pickle]") {
  const auto pairs = proto + global("collections", "OrderedDict") + "]](U\1aK\1ea\x85R."s;
  const auto pickle = ph::read_pickle("x.pth", pairs);
  const auto& dict = pickle.values[pickle.root];
  REQUIRE(dict.kind == PickleKind::dict);
  CHECK(pickle.values[dict.items.at(0)].text == "a");
  const auto part =
      proto + "(U\7storage"s + global("torch", "FloatStorage") + "U\1kU\3cpuK\x64(U\1vK\5K\3ttQ."s;
  const auto parts = ph::read_pickle("x.pth", part);
  CHECK(parts.storages.at(0).elements == 100);
  CHECK(parts.storages.at(0).view_begin == 5);
  CHECK(parts.storages.at(0).view_size == 3);
}

TEST_CASE("a pickle that claims too much is refused at once", "[pickle][error]") {
  CHECK_THAT(error_of("X\xff\xff\xff\xff"s), ContainsSubstring("truncated"));
  CHECK_THAT(error_of("\x8b\xff\xff\xff\x7f"s), ContainsSubstring("truncated"));
  CHECK_THAT(error_of("Nr\xff\xff\xff\xff"s), ContainsSubstring("the memo's place"));
  CHECK_THAT(error_of(std::string(2'100'000, 'N')), ContainsSubstring("more than 2000000"));
  CHECK_THAT(error_of(std::string(20'000, '(')), ContainsSubstring("open marks"));
  // One list of 1000 pairs made into dicts again and again.
  std::string bomb = "]q\0("s;
  for (int i = 0; i < 1000; ++i) bomb += "K\1K\1\x86"s;
  bomb += "e" + global("collections", "OrderedDict") + "q\1"s;
  for (int i = 0; i < 2'100; ++i) bomb += "h\1h\0\x85R"s;
  CHECK_THAT(error_of(bomb), ContainsSubstring("pairs"));
}

TEST_CASE("a pickle that makes no sense says what is wrong", "[pickle][error]") {
  const auto [body, expected] = GENERATE(table<std::string, std::string>({
      {"", "truncated"},
      {".", "without its operands"},
      {"NN.", "values left over"},
      {"(.", "without its operands"},
      {"N", "truncated"},
      {"Na", "without its operands"},
      {"NNa.", "no list"},
      {"NNNs.", "no dict"},
      {"t.", "without its mark"},
      {"h\1."s, "memo's empty place 1"},
      {"i", "opcode 0x69"},
      {"o", "opcode 0x6f"},
      {"P1\n.", "opcode 0x50"},
      {"\x93.", "opcode 0x93"},
      {"N)R.", "a call of what is no name"},
      {"N)\x81.", "whose class is no name"},
      {"NNb.", "attributes for what has none"},
      {"NQ.", "wrong arguments of a storage"},
      {global("torch", "float32") + ")R.", "a call of torch.float32"},
      {global("torch", "FloatStorage") + ")\x81.", "an object of class torch.FloatStorage"},
      {global("torch._utils", "_rebuild_tensor_v2") + ")R.", "too few arguments"},
      {global("torch._utils", "_rebuild_tensor_v2") + "(K\1K\0))tR."s, "without a storage"},
      {global("torch._utils", "_rebuild_tensor_v2") + "(" + storage_id + "J\xff\xff\xff\xff))tR.", "offset"},
      {global("torch._utils", "_rebuild_tensor_v2") + "(" + storage_id + "K\0K\1\x85)tR."s,
       "more sizes than strides"},
      {global("torch._utils", "_rebuild_parameter") + "N\x85R.", "a parameter that is no tensor"},
      {global("__builtin__", "getattr") + "(NU\1atR."s, "__builtin__.getattr"},
      {global("builtins", "exec"), "builtins.exec"},
      {global("os", "system"), "os.system"},
      {global("numpy.f2py.capi_maps", "getinit"), "numpy.f2py.capi_maps.getinit"},
  }));
  CAPTURE(body);
  CHECK_THAT(error_of(body), ContainsSubstring(expected));
}

TEST_CASE("other protocols of pickle are refused", "[pickle][error]") {
  CHECK_THAT(test::error_of([] { (void)ph::read_pickle("x.pth", "\x80\x05N."); }),
             ContainsSubstring("protocol 5"));
  CHECK_THAT(test::error_of([] { (void)ph::read_pickle("x.pth", "(lp0\n."); }),
             ContainsSubstring("protocol 2"));
}
