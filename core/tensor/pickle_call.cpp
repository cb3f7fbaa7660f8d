// What calls of known names mean: tensors, containers, opaque values.
#include <algorithm>

#include "tensor/pickle_machine.hpp"

namespace ph {
namespace {

constexpr std::size_t max_dimensions = 64, max_tensors = 200'000, max_copied = 2'000'000;

}  // namespace

const std::vector<PickleRef>& PickleMachine::tuple(PickleRef ref, std::size_t at_least,
                                                   const char* what) const {
  const auto& found = value(ref);
  if (found.kind != PickleKind::tuple || found.items.size() < at_least)
    refuse(std::string("wrong arguments of ") + what);
  return found.items;
}

std::uint64_t PickleMachine::count(PickleRef ref, const char* what) const {
  const auto& found = value(ref);
  if (found.kind != PickleKind::integer || found.integer < 0)
    refuse(std::string("a ") + what + " that is no whole number from 0");
  return static_cast<std::uint64_t>(found.integer);
}

std::vector<std::int64_t> PickleMachine::sizes(PickleRef ref, const char* what) const {
  const auto& items = tuple(ref, 0, what);
  if (items.size() > max_dimensions) refuse("a tensor of " + std::to_string(items.size()) + " dimensions");
  std::vector<std::int64_t> all;
  for (const auto item : items) all.push_back(static_cast<std::int64_t>(count(item, what)));
  return all;
}

PickleRef PickleMachine::opaque(const PickleGlobal& global) {
  PickleValue made;
  made.kind = PickleKind::opaque;
  made.text = global.name;
  return add(std::move(made));
}

PickleRef PickleMachine::call(PickleRef callee, PickleRef arguments_ref) {
  const auto& callable = value(callee);
  if (callable.kind != PickleKind::global) refuse("a call of what is no name");
  const auto& global = *callable.global;
  // A copy: adding a value may move the others.
  const auto arguments = tuple(arguments_ref, 0, global.name);
  const auto first = [&](std::size_t at_least) {
    if (arguments.size() < at_least) refuse(std::string("too few arguments of ") + global.name);
    return arguments.front();
  };
  switch (global.role) {
    case GlobalRole::ordered_dict:
      return dict_of(arguments);
    case GlobalRole::default_dict:
      return dict_of({});
    case GlobalRole::rebuild_tensor:
      return tensor(arguments, false);
    case GlobalRole::rebuild_tensor_with_type:
      return tensor(arguments, true);
    case GlobalRole::rebuild_parameter:
      if (value(first(1)).kind != PickleKind::tensor) refuse("a parameter that is no tensor");
      return arguments.front();
    case GlobalRole::rebuild_from_type: {
      const auto function = value(first(4)).global;
      if (function == nullptr || function->role == GlobalRole::rebuild_from_type)
        refuse("a tensor that is built in an unknown way");
      return call(arguments[0], arguments[2]);
    }
    case GlobalRole::bytes:
      if (value(first(1)).kind != PickleKind::text) refuse("bytes that are no text");
      return arguments.front();
    case GlobalRole::attribute: {
      const auto owner = value(first(2)).global;
      if (owner == nullptr || owner->role != GlobalRole::opaque ||
          value(arguments[1]).kind != PickleKind::text)
        refuse("__builtin__.getattr of something else than a harmless class");
      return opaque(*owner);
    }
    case GlobalRole::opaque:
      return opaque(global);
    case GlobalRole::storage:
    case GlobalRole::element_type:
      break;
  }
  refuse(std::string("a call of ") + global.module + "." + global.name);
}

PickleRef PickleMachine::make_object(PickleRef type, PickleRef arguments) {
  const auto* global = value(type).global;
  if (global == nullptr) refuse("an object whose class is no name");
  (void)tuple(arguments, 0, global->name);
  if (global->role == GlobalRole::ordered_dict) return dict_of({});
  if (global->role == GlobalRole::opaque) return opaque(*global);
  refuse(std::string("an object of class ") + global->module + "." + global->name);
}

// The attributes of a dict (state_dict() has its `_metadata` there) and of opaque values: not used.
void PickleMachine::set_state(PickleRef object, PickleRef) {
  const auto kind = value(object).kind;
  if (kind != PickleKind::dict && kind != PickleKind::opaque) refuse("attributes for what has none");
}

// No arguments, or (by Python 2) one list of pairs.
PickleRef PickleMachine::dict_of(const std::vector<PickleRef>& arguments) {
  PickleValue dict;
  dict.kind = PickleKind::dict;
  if (arguments.size() > 1) refuse("too many arguments of a dict");
  if (!arguments.empty()) {
    const auto& pairs = value(arguments.front());
    if (pairs.kind != PickleKind::list) refuse("a dict made of no list");
    copied_ += pairs.items.size();  // one list may be named again and again
    if (copied_ > max_copied) refuse("dicts made of more than " + std::to_string(max_copied) + " pairs");
    for (const auto ref : pairs.items) {
      const auto& pair = value(ref);
      if ((pair.kind != PickleKind::list && pair.kind != PickleKind::tuple) || pair.items.size() != 2)
        refuse("a dict made of no pairs");
      dict.items.insert(dict.items.end(), pair.items.begin(), pair.items.end());
    }
  }
  return add(std::move(dict));
}

// storage, offset, shape, strides; then what does not matter here; at the seventh place the type.
PickleRef PickleMachine::tensor(const std::vector<PickleRef>& arguments, bool with_type) {
  if (arguments.size() < (with_type ? 7 : 4)) refuse("too few arguments of a tensor");
  const auto& source = value(arguments[0]);
  if (source.kind != PickleKind::storage) refuse("a tensor without a storage");
  if (out_.tensors.size() == max_tensors) refuse("more than " + std::to_string(max_tensors) + " tensors");
  PickleTensor made;
  made.storage = static_cast<std::size_t>(source.integer);
  made.type = out_.storages[made.storage].type;
  made.offset = count(arguments[1], "offset");
  made.shape = sizes(arguments[2], "shape");
  made.strides = sizes(arguments[3], "stride");
  if (made.shape.size() != made.strides.size()) refuse("a tensor with more sizes than strides, or fewer");
  if (with_type) {
    const auto* type = value(arguments[6]).global;
    if (type == nullptr || type->role != GlobalRole::element_type) refuse("a tensor without a type");
    made.type = type->type;
  }
  out_.tensors.push_back(std::move(made));
  PickleValue tensor;
  tensor.kind = PickleKind::tensor;
  tensor.integer = static_cast<std::int64_t>(out_.tensors.size() - 1);
  return add(std::move(tensor));
}

// ("storage", class, key, device, elements), and by old versions None or (key, begin, size) of a part.
PickleRef PickleMachine::storage(PickleRef id) {
  const auto& items = tuple(id, 5, "a storage");
  const auto& kind = value(items[0]);
  const auto* type = value(items[1]).global;
  if (kind.kind != PickleKind::text || kind.text != "storage" || items.size() > 6 || type == nullptr ||
      type->role != GlobalRole::storage || value(items[2]).kind != PickleKind::text) {
    refuse("a reference to something else than a storage");
  }
  PickleStorage made;
  made.key = value(items[2]).text;
  made.type = type->type;
  made.elements = made.view_size = count(items[4], "number of elements");
  if (items.size() == 6 && value(items[5]).kind != PickleKind::none) {
    const auto& part = tuple(items[5], 3, "a part of a storage");
    made.view_begin = count(part[1], "begin");
    made.view_size = count(part[2], "size");
    if (made.view_begin > made.elements || made.view_size > made.elements - made.view_begin)
      refuse("a part that lies outside its storage");
  }
  out_.storages.push_back(made);
  PickleValue storage;
  storage.kind = PickleKind::storage;
  storage.integer = static_cast<std::int64_t>(out_.storages.size() - 1);
  return add(std::move(storage));
}

}  // namespace ph
