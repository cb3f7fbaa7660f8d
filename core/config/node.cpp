#include "config/node.hpp"

#include <utility>

#include "config/document.hpp"

namespace ph {
namespace {

const Json& null_json() {
  static const Json value;
  return value;
}

}  // namespace

Node Document::root(Json value, Places places, std::string label) {
  auto document = std::make_shared<Document>();
  document->value = std::move(value);
  document->places = std::make_shared<const Places>(std::move(places));
  document->label = std::move(label);
  const Json* root = &document->value;
  return Node(std::move(document), root, "");
}

Node::Node() : value_{&null_json()} {}

Node::Node(std::shared_ptr<const Document> document, const Json* value, std::string path)
    : document_{std::move(document)}, value_{value}, path_{std::move(path)} {}

Node Node::from_json(const Json& value, std::string label) {
  return Document::root(value, {}, std::move(label));
}

Node Node::parse(std::string_view text, std::string label) {
  const auto source = std::make_shared<const std::string>(label);
  ParsedText parsed = parse_text(text, source);
  return Document::root(std::move(parsed.value), std::move(parsed.places), std::move(label));
}

const Json& Node::json() const noexcept { return *value_; }

std::string Node::where() const {
  if (!document_) return path_;
  return place_text(find_place(*document_->places, path_), document_->label, path_);
}

bool Node::is_null() const noexcept { return value_->is_null(); }
bool Node::is_object() const noexcept { return value_->is_object(); }
bool Node::is_array() const noexcept { return value_->is_array(); }
bool Node::is_string() const noexcept { return value_->is_string(); }
bool Node::is_number() const noexcept { return value_->is_number(); }
bool Node::is_integer() const noexcept { return is_whole(*value_); }
bool Node::is_bool() const noexcept { return value_->is_boolean(); }

double Node::f64() const {
  if (!is_number()) throw error("wrong type", "a number");
  return value_->get<double>();
}

std::int64_t Node::i64() const {
  if (!is_integer()) throw error("wrong type", "an integer");
  return value_->get<std::int64_t>();
}

bool Node::boolean() const {
  if (!is_bool()) throw error("wrong type", "true or false");
  return value_->get<bool>();
}

std::string Node::string() const {
  if (!is_string()) throw error("wrong type", "a string");
  return value_->get<std::string>();
}

std::size_t Node::size() const noexcept { return value_->is_structured() ? value_->size() : 0; }

Node Node::operator[](std::size_t index) const {
  if (!is_array()) throw error("wrong type", "a list");
  if (index >= value_->size()) {
    throw error("no element " + std::to_string(index),
                "a list of more than " + std::to_string(index) + " elements");
  }
  return Node(document_, &(*value_)[index], child_pointer(path_, index));
}

std::vector<Node> Node::elements() const {
  if (!is_array()) throw error("wrong type", "a list");
  std::vector<Node> all;
  all.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) all.push_back((*this)[i]);
  return all;
}

std::vector<std::string> Node::keys() const {
  if (!is_object()) throw error("wrong type", "an object");
  std::vector<std::string> all;
  for (const auto& [key, member] : value_->items()) all.push_back(key);
  return all;
}

bool Node::has(std::string_view key) const noexcept {
  if (!is_object()) return false;
  for (auto at = value_->begin(); at != value_->end(); ++at) {
    if (at.key() == key) return !at->is_null();
  }
  return false;
}

Node Node::at(std::string_view key) const {
  if (!is_object()) throw error("wrong type", "an object");
  for (auto at = value_->begin(); at != value_->end(); ++at) {
    if (at.key() == key) return Node(document_, &*at, child_pointer(path_, key));
  }
  throw error("\"" + std::string(key) + "\" is missing", {}, did_you_mean(key, keys()));
}

std::optional<Node> Node::find(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return at(key);
}

std::string Node::text() const { return json_text(*value_); }

Node Node::with(const Json& value) const {
  auto document = std::make_shared<Document>();
  document->value = value;
  document->places = document_ ? document_->places : std::make_shared<const Places>();
  document->label = document_ ? document_->label : std::string();
  const Json* root = &document->value;
  return Node(std::move(document), root, path_);
}

Error Node::error(std::string_view problem, std::string expected, std::string advice) const {
  const std::string place = where();
  return Error(ErrorKind::config, place.empty() ? std::string(problem) : place + ": " + std::string(problem),
               describe(*value_), std::move(expected), std::move(advice));
}

}  // namespace ph
