// SPDX-License-Identifier: Apache-2.0
#include "json/value.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>
#include <charconv>

#include "base/text.h"
#include "json/writer.h"

namespace pons::json {
namespace {

// Builds our tree from Boost.JSON's parser events, so that number text survives.
class TreeBuilder {
 public:
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = 1u << 20;
  static constexpr std::size_t max_string_size = SIZE_MAX;

  using Code = boost::json::error_code;
  using Part = boost::json::string_view;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) {
    open_.emplace_back(Object{});
    return true;
  }
  bool on_array_begin(Code&) {
    open_.emplace_back(Array{});
    return true;
  }
  bool on_object_end(std::size_t, Code& code) { return Close(code); }
  bool on_array_end(std::size_t, Code& code) { return Close(code); }
  bool on_key_part(Part part, std::size_t, Code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_key(Part part, std::size_t, Code& code) {
    text_.append(part.data(), part.size());
    for (const auto& member : *open_.back().object()) {
      if (member.first == text_) {
        code = boost::json::make_error_code(boost::json::error::syntax);
        return false;
      }
    }
    open_.back().object()->emplace_back(std::move(text_), Value());
    text_.clear();
    return true;
  }
  bool on_string_part(Part part, std::size_t, Code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_string(Part part, std::size_t, Code&) {
    text_.append(part.data(), part.size());
    Put(Value(std::move(text_)));
    text_.clear();
    return true;
  }
  bool on_number_part(Part part, Code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t, Part part, Code&) { return PutNumber(part); }
  bool on_uint64(std::uint64_t, Part part, Code&) { return PutNumber(part); }
  bool on_double(double, Part part, Code&) { return PutNumber(part); }
  bool on_bool(bool value, Code&) {
    Put(Value(value));
    return true;
  }
  bool on_null(Code&) {
    Put(Value());
    return true;
  }
  bool on_comment_part(Part, Code&) { return true; }
  bool on_comment(Part, Code&) { return true; }

  Value Take() { return std::move(root_); }

 private:
  bool PutNumber(Part part) {
    text_.append(part.data(), part.size());
    Put(Value(Number{std::move(text_)}));
    text_.clear();
    return true;
  }
  void Put(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (auto* array = open_.back().array()) {
      array->push_back(std::move(value));
    } else {
      open_.back().object()->back().second = std::move(value);
    }
  }
  bool Close(Code&) {
    Value done = std::move(open_.back());
    open_.pop_back();
    Put(std::move(done));
    return true;
  }

  std::vector<Value> open_;
  std::string text_;
  Value root_;
};

void WriteTo(Writer& writer, const Value& value) {
  if (const auto* text = value.string()) return writer.String(*text);
  if (const auto* number = value.number()) return writer.Raw(number->text);
  if (const auto* flag = value.boolean()) return writer.Bool(*flag);
  if (const auto* array = value.array()) {
    writer.BeginArray();
    for (const auto& item : *array) WriteTo(writer, item);
    return writer.EndArray();
  }
  if (const auto* object = value.object()) {
    writer.BeginObject();
    for (const auto& [key, item] : *object) {
      writer.Key(key);
      WriteTo(writer, item);
    }
    return writer.EndObject();
  }
  writer.NullValue();
}

}  // namespace

const Value* Value::Find(std::string_view key) const {
  if (const auto* members = object()) {
    for (const auto& [name, value] : *members) {
      if (name == key) return &value;
    }
  }
  return nullptr;
}

std::string_view Value::Text(std::string_view key) const {
  const auto* found = Find(key);
  const auto* text = found ? found->string() : nullptr;
  return text ? std::string_view(*text) : std::string_view();
}

std::optional<std::int64_t> Value::AsInteger() const {
  const auto* digits = number();
  if (!digits) return std::nullopt;
  std::int64_t out = 0;
  const auto* end = digits->text.data() + digits->text.size();
  const auto [stop, code] = std::from_chars(digits->text.data(), end, out);
  if (code != std::errc() || stop != end) return std::nullopt;
  return out;
}

std::optional<std::int64_t> Value::Integer(std::string_view key) const {
  const auto* found = Find(key);
  return found ? found->AsInteger() : std::nullopt;
}

void Value::Set(std::string_view key, Value value) {
  if (is_null()) data_ = Object{};
  auto* members = object();
  PONS_CHECK(members != nullptr);
  for (auto& [name, old] : *members) {
    if (name == key) {
      old = std::move(value);
      return;
    }
  }
  members->emplace_back(std::string(key), std::move(value));
}

Result<Value> Parse(std::string_view text, const ParseLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return MakeError(Fault::kProtocol,
                     "JSON text is larger than " + std::to_string(limits.max_bytes) + " bytes");
  }
  boost::json::parse_options options;
  options.max_depth = limits.max_depth;
  boost::json::basic_parser<TreeBuilder> parser(options);
  boost::json::error_code code;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), code);
  if (!code && used < text.size() && !Trim(text.substr(used)).empty()) {
    code = boost::json::make_error_code(boost::json::error::extra_data);
  }
  if (code) {
    return MakeError(Fault::kProtocol,
                     "not valid JSON at byte " + std::to_string(used) + ": " + code.message());
  }
  return parser.handler().Take();
}

std::string Write(const Value& value) {
  std::string out;
  Writer writer(out);
  WriteTo(writer, value);
  return out;
}

}  // namespace pons::json
