// The pickle machine: opcodes. Source: the comments of pickletools.py in Python's library.
#include "tensor/pickle.hpp"

#include <bit>
#include <cstdio>
#include <limits>
#include <string>

#include "tensor/byte_reader.hpp"
#include "tensor/pickle_machine.hpp"

namespace ph {
namespace {

constexpr std::uint64_t max_steps = 20'000'000;
constexpr std::size_t max_values = 2'000'000, max_stack = 2'000'000, max_marks = 10'000;
constexpr PickleRef absent = std::numeric_limits<PickleRef>::max();

std::string opcode_text(unsigned char opcode) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%02x", opcode);
  return text;
}

}  // namespace

void PickleMachine::refuse(const std::string& found, const std::string& expected) const {
  refuse_file(path_, "damaged or unusual pickle", found + ", byte " + std::to_string(in_.at()), expected,
              "copy or download the file again, or load it with torch and save it again with torch.save");
}

PickleRef PickleMachine::add(PickleValue value) {
  if (out_.values.size() == max_values) refuse("more than " + std::to_string(max_values) + " values");
  out_.values.push_back(std::move(value));
  return static_cast<PickleRef>(out_.values.size() - 1);
}

void PickleMachine::push(PickleRef ref) {
  if (stack_.size() == max_stack) refuse("a stack of more than " + std::to_string(max_stack));
  stack_.push_back(ref);
}

PickleRef PickleMachine::pop() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) refuse("an operation without its operands");
  const auto ref = stack_.back();
  stack_.pop_back();
  return ref;
}

PickleRef PickleMachine::top() {
  const auto ref = pop();
  stack_.push_back(ref);
  return ref;
}

std::vector<PickleRef> PickleMachine::pop_to_mark() {
  if (marks_.empty()) refuse("an operation without its mark");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<PickleRef> items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return items;
}

void PickleMachine::push_text(std::string_view text) {
  PickleValue value;
  value.kind = PickleKind::text;
  value.text = text;
  push(add(std::move(value)));
}

void PickleMachine::push_number(PickleKind kind, std::int64_t number) {
  PickleValue value;
  value.kind = kind;
  value.integer = number;
  push(add(std::move(value)));
}

void PickleMachine::push_items(PickleKind kind, std::vector<PickleRef> items) {
  PickleValue value;
  value.kind = kind;
  value.items = std::move(items);
  push(add(std::move(value)));
}

void PickleMachine::push_tuple(std::size_t size) {
  std::vector<PickleRef> items(size);
  for (auto i = size; i-- > 0;) items[i] = pop();
  push_items(PickleKind::tuple, std::move(items));
}

// Two's complement, little-endian, any length; what does not fit into 64 bits is of no use here.
void PickleMachine::push_long(std::string_view bytes) {
  if (bytes.size() > 8) {
    PickleValue value;
    value.kind = PickleKind::opaque;
    value.text = "a number beyond 64 bits";
    push(add(std::move(value)));
    return;
  }
  const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80U) != 0;
  std::uint64_t number = negative ? ~std::uint64_t{0} : 0;
  for (auto i = bytes.size(); i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  push_number(PickleKind::integer, static_cast<std::int64_t>(number));
}

void PickleMachine::push_real() {
  const auto bytes = in_.take(8);  // big-endian, unlike the rest
  std::uint64_t bits = 0;
  for (const char c : bytes) bits = bits << 8 | static_cast<unsigned char>(c);
  PickleValue value;
  value.kind = PickleKind::real;
  value.real = std::bit_cast<double>(bits);
  push(add(std::move(value)));
}

void PickleMachine::push_global() {
  const auto module = in_.line(), name = in_.line();
  PickleValue value;
  value.kind = PickleKind::global;
  value.global = find_pickle_global(module, name);
  if (value.global == nullptr) {
    refuse_file(path_, "a Python name that posehost does not know",
                std::string(module.substr(0, 200)) + "." + std::string(name.substr(0, 200)),
                "tensors, numbers, text and plain containers", refused_global_advice(module, name));
  }
  push(add(std::move(value)));
}

void PickleMachine::put(std::size_t key) {
  if (key >= max_values) refuse("the memo's place " + std::to_string(key));
  if (key >= memo_.size()) memo_.resize(key + 1, absent);
  memo_[key] = top();
}

void PickleMachine::get(std::size_t key) {
  if (key >= memo_.size() || memo_[key] == absent) refuse("the memo's empty place " + std::to_string(key));
  push(memo_[key]);
}

void PickleMachine::append(const std::vector<PickleRef>& items) {
  auto& list = out_.values[top()];
  if (list.kind == PickleKind::opaque) return;
  if (list.kind != PickleKind::list) refuse("elements for what is no list");
  list.items.insert(list.items.end(), items.begin(), items.end());
}

void PickleMachine::set_items(const std::vector<PickleRef>& items) {
  auto& dict = out_.values[top()];
  if (items.size() % 2 != 0) refuse("a key without a value");
  if (dict.kind == PickleKind::opaque) return;
  if (dict.kind != PickleKind::dict) refuse("members for what is no dict");
  dict.items.insert(dict.items.end(), items.begin(), items.end());
}

void PickleMachine::step(unsigned char opcode) {
  switch (opcode) {
    case '(':  // MARK
      if (marks_.size() == max_marks) refuse("more than " + std::to_string(max_marks) + " open marks");
      return marks_.push_back(stack_.size());
    case 'N':  // NONE
      return push(add({}));
    case 0x88:  // NEWTRUE
    case 0x89:  // NEWFALSE
      return push_number(PickleKind::boolean, opcode == 0x88);
    case 'K':  // BININT1
      return push_number(PickleKind::integer, in_.number<std::uint8_t>());
    case 'M':  // BININT2
      return push_number(PickleKind::integer, in_.number<std::uint16_t>());
    case 'J':  // BININT
      return push_number(PickleKind::integer, in_.number<std::int32_t>());
    case 0x8a:  // LONG1
      return push_long(in_.take(in_.number<std::uint8_t>()));
    case 0x8b:  // LONG4
      return push_long(in_.take(in_.number<std::uint32_t>()));
    case 'G':  // BINFLOAT
      return push_real();
    case 'X':  // BINUNICODE
    case 'T':  // BINSTRING, by Python 2
      return push_text(in_.take(in_.number<std::uint32_t>()));
    case 'U':  // SHORT_BINSTRING, by Python 2
      return push_text(in_.take(in_.number<std::uint8_t>()));
    case ')':  // EMPTY_TUPLE
      return push_items(PickleKind::tuple, {});
    case ']':  // EMPTY_LIST
      return push_items(PickleKind::list, {});
    case '}':  // EMPTY_DICT
      return push_items(PickleKind::dict, {});
    case 't':  // TUPLE
      return push_items(PickleKind::tuple, pop_to_mark());
    case 0x85:  // TUPLE1
    case 0x86:  // TUPLE2
    case 0x87:  // TUPLE3
      return push_tuple(opcode - 0x84U);
    case 'a':  // APPEND
      return append({pop()});
    case 'e':  // APPENDS
      return append(pop_to_mark());
    case 's': {  // SETITEM
      const auto value = pop(), key = pop();
      return set_items({key, value});
    }
    case 'u':  // SETITEMS
      return set_items(pop_to_mark());
    case 'q':  // BINPUT
      return put(in_.number<std::uint8_t>());
    case 'r':  // LONG_BINPUT
      return put(in_.number<std::uint32_t>());
    case 'h':  // BINGET
      return get(in_.number<std::uint8_t>());
    case 'j':  // LONG_BINGET
      return get(in_.number<std::uint32_t>());
    case 'c':  // GLOBAL
      return push_global();
    case 'R': {  // REDUCE
      const auto arguments = pop(), callee = pop();
      return push(call(callee, arguments));
    }
    case 0x81: {  // NEWOBJ
      const auto arguments = pop(), type = pop();
      return push(make_object(type, arguments));
    }
    case 'b': {  // BUILD
      const auto state = pop();
      return set_state(top(), state);
    }
    case 'Q':  // BINPERSID
      return push(storage(pop()));
    default:
      refuse("opcode " + opcode_text(opcode), "those that torch.save uses");
  }
}

Pickle PickleMachine::run() {
  if (in_.number<std::uint8_t>() != 0x80) refuse("no pickle of protocol 2");
  if (const auto protocol = in_.number<std::uint8_t>(); protocol != 2) {
    refuse("pickle protocol " + std::to_string(protocol), "protocol 2, torch.save's default");
  }
  for (std::uint64_t steps = 0;; ++steps) {
    if (steps == max_steps) refuse("more than " + std::to_string(max_steps) + " operations");
    const auto opcode = in_.number<std::uint8_t>();
    if (opcode == '.') break;  // STOP
    step(opcode);
  }
  out_.root = pop();
  if (!stack_.empty() || !marks_.empty()) refuse("an end with values left over");
  out_.end = in_.at();
  return std::move(out_);
}

Pickle read_pickle(const std::filesystem::path& path, std::string_view bytes) {
  return PickleMachine{path, bytes}.run();
}

}  // namespace ph
