// SPDX-License-Identifier: Apache-2.0
#include "api/json_patch.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"

namespace pons::api {
namespace {

constexpr std::size_t kMostOperations = 200;
constexpr std::size_t kDeepest = 32;
// What copies may add in all: each can double what is there.
constexpr std::size_t kMostCopied = 1u << 20;

// "/a~1b/0" to its steps; nullopt where it is no pointer.
std::optional<std::vector<std::string>> ReadPointer(std::string_view text) {
  std::vector<std::string> steps;
  if (text.empty()) return steps;
  if (text.front() != '/') return std::nullopt;
  for (const auto raw : Split(text.substr(1), '/')) {
    std::string step;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != '~') {
        step += raw[i];
        continue;
      }
      if (++i == raw.size() || (raw[i] != '0' && raw[i] != '1')) return std::nullopt;
      step += raw[i] == '0' ? '~' : '/';
    }
    steps.push_back(std::move(step));
  }
  if (steps.size() > kDeepest) return std::nullopt;
  return steps;
}

// A place in a list: digits without a leading zero, and no further than `most`.
std::optional<std::size_t> ReadIndex(std::string_view text, std::size_t most) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if ((text.size() > 1 && text.front() == '0') || index > most) return std::nullopt;
  return index;
}

struct Extent {
  std::size_t bytes = 0;
  std::size_t depth = 0;  // lists and objects inside each other
};

Extent ExtentOf(const json::Value& value) {
  Extent extent{sizeof(json::Value), 0};
  const auto take = [&extent](const json::Value& member) {
    const Extent inner = ExtentOf(member);
    extent.bytes += inner.bytes;
    extent.depth = std::max(extent.depth, inner.depth + 1);
  };
  if (const auto* object = value.object()) {
    for (const auto& [key, member] : *object) {
      extent.bytes += key.size();
      take(member);
    }
  } else if (const auto* array = value.array()) {
    for (const auto& member : *array) take(member);
  } else if (const auto* text = value.string()) {
    extent.bytes += text->size();
  }
  return extent;
}

json::Value* Step(json::Value& value, const std::string& step) {
  if (auto* object = value.object()) {
    for (auto& [key, member] : *object) {
      if (key == step) return &member;
    }
    return nullptr;
  }
  auto* array = value.array();
  if (array == nullptr || array->empty()) return nullptr;
  const auto index = ReadIndex(step, array->size() - 1);
  return index ? &(*array)[*index] : nullptr;
}

json::Value* Walk(json::Value& root, const std::vector<std::string>& steps, std::size_t count) {
  json::Value* at = &root;
  for (std::size_t i = 0; i < count && at != nullptr; ++i) at = Step(*at, steps[i]);
  return at;
}

bool Add(json::Value& root, const std::vector<std::string>& steps, json::Value value) {
  if (steps.empty()) {
    root = std::move(value);
    return true;
  }
  json::Value* parent = Walk(root, steps, steps.size() - 1);
  if (parent == nullptr) return false;
  if (parent->is_object()) {
    parent->Set(steps.back(), std::move(value));
    return true;
  }
  auto* array = parent->array();
  if (array == nullptr) return false;
  const auto index =
      steps.back() == "-" ? std::optional(array->size()) : ReadIndex(steps.back(), array->size());
  if (!index) return false;
  array->insert(array->begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
  return true;
}

bool Remove(json::Value& root, const std::vector<std::string>& steps) {
  if (steps.empty()) return false;
  json::Value* parent = Walk(root, steps, steps.size() - 1);
  if (parent == nullptr) return false;
  if (auto* object = parent->object()) {
    const auto gone = std::find_if(object->begin(), object->end(), [&](const auto& member) {
      return member.first == steps.back();
    });
    if (gone == object->end()) return false;
    object->erase(gone);
    return true;
  }
  auto* array = parent->array();
  if (array == nullptr || array->empty()) return false;
  const auto index = ReadIndex(steps.back(), array->size() - 1);
  if (!index) return false;
  array->erase(array->begin() + static_cast<std::ptrdiff_t>(*index));
  return true;
}

Error NoPatch(std::string_view words) {
  return MakeError(Fault::kProtocol, "This is no JSON Patch: " + std::string(words) + ".");
}

Error DoesNotFit(std::size_t at, std::string_view words) {
  const std::string place = "[" + std::to_string(at) + "]";
  Error error = MakeError(Fault::kRejected, "Operation " + place + " " + std::string(words) + ".");
  error.vendor_code = place;
  return error;
}

// `room`: what copies may still add.
Result<void> ApplyOne(json::Value& root, const json::Value& operation, std::size_t at,
                      std::size_t& room) {
  const auto op = operation.Text("op");
  const auto* path = operation.Find("path");
  if (path == nullptr || !path->is_string()) return NoPatch("each operation has a \"path\"");
  const auto steps = ReadPointer(*path->string());
  if (!steps) return NoPatch("a path is a JSON pointer, such as /status");
  const auto* value = operation.Find("value");
  if ((op == "add" || op == "replace" || op == "test") && value == nullptr) {
    return NoPatch("add, replace and test have a \"value\"");
  }
  const auto too_deep = [&](const Extent& extent) {
    return steps->size() + extent.depth > kDeepest;
  };
  if ((op == "add" || op == "replace") && too_deep(ExtentOf(*value))) {
    return DoesNotFit(at, "makes the record too deep");
  }
  if (op == "add") {
    if (!Add(root, *steps, *value)) return DoesNotFit(at, "adds where there is nothing to add to");
    return Ok();
  }
  if (op == "remove") {
    if (!Remove(root, *steps)) return DoesNotFit(at, "removes what is not there");
    return Ok();
  }
  if (op == "replace" || op == "test") {
    json::Value* target = Walk(root, *steps, steps->size());
    if (target == nullptr) return DoesNotFit(at, "names what is not there");
    if (op == "test" && !(*target == *value)) return DoesNotFit(at, "tested, and it is not so");
    if (op == "replace") *target = *value;
    return Ok();
  }
  if (op != "move" && op != "copy") {
    return NoPatch("an \"op\" is add, remove, replace, move, copy or test");
  }
  const auto* from_text = operation.Find("from");
  if (from_text == nullptr || !from_text->is_string()) {
    return NoPatch("move and copy have a \"from\"");
  }
  const auto from = ReadPointer(*from_text->string());
  if (!from) return NoPatch("\"from\" is a JSON pointer, such as /name/0");
  json::Value* source = Walk(root, *from, from->size());
  if (source == nullptr) return DoesNotFit(at, "takes what is not there");
  const Extent extent = ExtentOf(*source);
  if (too_deep(extent)) return DoesNotFit(at, "makes the record too deep");
  if (op == "copy") {
    if (extent.bytes > room) return DoesNotFit(at, "makes the record too large");
    room -= extent.bytes;
  }
  json::Value taken = *source;
  if (op == "move") {
    const bool into_itself =
        steps->size() > from->size() && std::equal(from->begin(), from->end(), steps->begin());
    if (into_itself || !Remove(root, *from)) return DoesNotFit(at, "moves what cannot be moved");
  }
  if (!Add(root, *steps, std::move(taken))) {
    return DoesNotFit(at, "adds where there is nothing to add to");
  }
  return Ok();
}

}  // namespace

Result<json::Value> ApplyJsonPatch(const json::Value& document, const json::Value& patch) {
  const auto* operations = patch.array();
  if (operations == nullptr) return NoPatch("it must be a list of operations");
  if (operations->size() > kMostOperations) return NoPatch("it has too many operations");
  json::Value out = document;
  std::size_t room = kMostCopied;
  for (std::size_t i = 0; i < operations->size(); ++i) {
    PONS_TRY(ApplyOne(out, (*operations)[i], i, room));
  }
  return out;
}

}  // namespace pons::api
