// SPDX-License-Identifier: Apache-2.0
#include "hl7/message.h"

#include <algorithm>

#include "hl7/escape.h"

namespace pons::hl7 {
namespace {

constexpr std::string_view kMsh2 = "^~\\&";

bool IsSegmentName(std::string_view name) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return name.size() == 3 && upper(name[0]) && (upper(name[1]) || digit(name[1])) &&
         (upper(name[2]) || digit(name[2]));
}

Error Unreadable(std::size_t segment, std::string_view what) {
  return MakeError(Fault::kProtocol,
                   "segment " + std::to_string(segment) + ": " + std::string(what));
}

// ---- reading

// One line without its end; moves `text` past both.
std::string_view TakeLine(std::string_view& text) {
  const auto end = std::min(text.find_first_of("\r\n"), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(end);
  if (text.starts_with("\r\n")) {
    text.remove_prefix(2);
  } else if (!text.empty()) {
    text.remove_prefix(1);
  }
  return line;
}

bool MaySeparate(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const bool letter_or_digit =
      (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return byte > 0x20 && byte < 0x7F && !letter_or_digit && c != '"';
}

// MSH-1 and MSH-2. A short MSH-2 leaves the usual separators for what it does not name, where they
// are free; a fifth one (truncation, from version 2.7 on) says nothing to us.
Result<Separators> ReadSeparators(std::string_view msh) {
  if (msh.size() < 4 || !MaySeparate(msh[3])) return Unreadable(1, "MSH-1 is no separator");
  Separators out;
  out.field = msh[3];
  const auto rest = msh.substr(4);
  const auto encoding = rest.substr(0, rest.find(out.field));
  if (encoding.size() > 5) return Unreadable(1, "MSH-2 is longer than five characters");
  char* const places[] = {&out.component, &out.repetition, &out.escape, &out.subcomponent};
  if (!encoding.empty()) {
    for (std::size_t i = 0; i < std::size(places); ++i) {
      *places[i] = i < encoding.size() ? encoding[i] : '\0';
    }
  }
  std::string seen(1, out.field);
  for (const char* const place : places) {
    if (*place == '\0') continue;
    if (!MaySeparate(*place)) return Unreadable(1, "MSH-2 holds a character that cannot separate");
    if (seen.find(*place) != std::string::npos) {
      return Unreadable(1, "MSH-1 and MSH-2 name a separator twice");
    }
    seen += *place;
  }
  return out;
}

// Calls `each` for every piece of `text` between separators; false as soon as one call is false.
template <typename Each>
bool EachPart(std::string_view text, char separator, Each each) {
  while (true) {
    const auto end = separator == '\0' ? std::string_view::npos : text.find(separator);
    if (!each(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

template <typename List>
void DropEmptyEnd(List& list) {
  while (!list.empty() && list.back().empty()) list.pop_back();
}

class Reader {
 public:
  Reader(const Separators& separators, std::size_t most_parts)
      : separators_(separators), left_(most_parts) {}

  // False where the message has more parts than are allowed.
  bool ReadSegment(std::string_view line, Segment& segment) {
    segment.name = line.substr(0, 3);
    if (segment.name == "MSH") {
      segment.fields = {One("|"), One(std::string(kMsh2))};
      line.remove_prefix(std::min(line.size(), std::size_t{4}));
      const auto end = line.find(separators_.field);
      line = end == std::string_view::npos ? std::string_view() : line.substr(end);
    } else {
      line.remove_prefix(3);
    }
    if (line.empty()) return Spend();
    const bool read = EachPart(line.substr(1), separators_.field, [&](std::string_view part) {
      return Spend() && ReadField(part, segment.fields.emplace_back());
    });
    DropEmptyEnd(segment.fields);
    return read;
  }

 private:
  bool Spend() { return left_ > 0 && left_-- > 0; }

  bool ReadField(std::string_view text, Field& field) {
    if (text.empty()) return true;
    const bool read = EachPart(text, separators_.repetition, [&](std::string_view part) {
      return Spend() && ReadRepetition(part, field.emplace_back());
    });
    DropEmptyEnd(field);
    return read;
  }

  bool ReadRepetition(std::string_view text, Repetition& repetition) {
    if (text.empty()) return true;
    const bool read = EachPart(text, separators_.component, [&](std::string_view part) {
      return Spend() && ReadComponent(part, repetition.emplace_back());
    });
    DropEmptyEnd(repetition);
    return read;
  }

  bool ReadComponent(std::string_view text, Component& component) {
    if (text.empty()) return true;
    const bool read = EachPart(text, separators_.subcomponent, [&](std::string_view part) {
      if (!Spend()) return false;
      component.push_back(Unescape(part, separators_));
      return true;
    });
    DropEmptyEnd(component);
    return read;
  }

  Separators separators_;
  std::size_t left_;
};

// Whether a line begins a segment, rather than going on with the text of the one before.
bool BeginsSegment(std::string_view line, char field_separator) {
  return IsSegmentName(line.substr(0, 3)) && (line.size() == 3 || line[3] == field_separator);
}

// ---- writing

// Writes items with `separator` between them, and nothing for empty ones at the end.
template <typename List, typename Write>
void AppendJoined(std::string& out, const List& list, char separator, Write write) {
  auto end = out.size();
  bool first = true;
  for (const auto& item : list) {
    if (!first) out += separator;
    first = false;
    const auto before = out.size();
    write(out, item);
    if (out.size() > before) end = out.size();
  }
  out.resize(end);
}

void AppendComponent(std::string& out, const Component& component) {
  AppendJoined(out, component, '&', AppendEscaped);
}
void AppendRepetition(std::string& out, const Repetition& repetition) {
  AppendJoined(out, repetition, '^', AppendComponent);
}
void AppendField(std::string& out, const Field& field) {
  AppendJoined(out, field, '~', AppendRepetition);
}

void AppendFields(std::string& out, const Segment& segment) {
  if (segment.name != "MSH") {
    out += '|';
    AppendJoined(out, segment.fields, '|', AppendField);
    if (out.back() == '|') out.pop_back();
    return;
  }
  out += '|';
  out += kMsh2;
  if (segment.fields.size() <= 2) return;
  const std::vector<Field> rest(segment.fields.begin() + 2, segment.fields.end());
  out += '|';
  AppendJoined(out, rest, '|', AppendField);
  if (out.back() == '|') out.pop_back();
}

std::size_t TakeNumber(std::string_view& path) {
  std::size_t number = 0;
  std::size_t digits = 0;
  while (digits < path.size() && path[digits] >= '0' && path[digits] <= '9') {
    number = number * 10 + static_cast<std::size_t>(path[digits] - '0');
    ++digits;
  }
  PONS_CHECK(digits >= 1 && digits <= 4 && number >= 1);
  path.remove_prefix(digits);
  return number;
}

bool TakeChar(std::string_view& path, char c) {
  if (path.empty() || path.front() != c) return false;
  path.remove_prefix(1);
  return true;
}

template <typename List>
auto& Grow(List& list, std::size_t number) {
  if (list.size() < number) list.resize(number);
  return list[number - 1];
}

}  // namespace

Result<Message> Parse(std::string_view text, const ParseLimits& limits) {
  if (text.size() > limits.bytes) {
    return MakeError(Fault::kProtocol, "the message has " + std::to_string(text.size()) +
                                           " bytes; at most " + std::to_string(limits.bytes) +
                                           " are read");
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (!text.starts_with("MSH")) return Unreadable(1, "the message does not begin with MSH");
  PONS_ASSIGN(const auto separators, ReadSeparators(text.substr(0, text.find_first_of("\r\n"))));

  Reader reader(separators, limits.parts);
  Message message;
  std::string joined;  // a segment whose text was broken over lines
  while (!text.empty()) {
    auto line = TakeLine(text);
    if (line.empty()) continue;
    if (!BeginsSegment(line, separators.field)) {
      return Unreadable(message.segments.size() + 1, "it has no name of three letters");
    }
    // Text that was broken over lines goes on until the next segment's name.
    for (auto ahead = text; !ahead.empty();) {
      const auto next = TakeLine(ahead);
      if (!next.empty() && BeginsSegment(next, separators.field)) break;
      if (!next.empty()) {
        if (joined.empty()) joined = line;
        if (separators.escape != '\0') {
          joined.append(1, separators.escape).append(".br").append(1, separators.escape);
        } else {
          joined += ' ';
        }
        joined += next;
      }
      text = ahead;
    }
    if (!joined.empty()) line = joined;
    if (!message.segments.empty() && line.starts_with("MSH")) {
      return Unreadable(message.segments.size() + 1, "a second message begins here");
    }
    if (!reader.ReadSegment(line, message.segments.emplace_back())) {
      return Unreadable(message.segments.size(), "the message has more parts than are read");
    }
    joined.clear();
  }
  return message;
}

Result<std::string> Build(const Message& message) {
  std::string out;
  for (std::size_t i = 0; i < message.segments.size(); ++i) {
    const auto& segment = message.segments[i];
    if (!IsSegmentName(segment.name)) {
      return MakeError(Fault::kRejected,
                       "segment " + std::to_string(i + 1) + " has no name of three letters");
    }
    if ((segment.name == "MSH") != (i == 0)) {
      return MakeError(Fault::kRejected, "MSH is the first segment, and only the first");
    }
    out += segment.name;
    AppendFields(out, segment);
    out += '\r';
  }
  if (out.empty()) return MakeError(Fault::kRejected, "a message has at least MSH");
  return out;
}

Message Normalised(Message message) {
  for (auto& segment : message.segments) {
    if (segment.name == "MSH") {
      Grow(segment.fields, 2);
      segment.fields[0] = One("|");
      segment.fields[1] = One(std::string(kMsh2));
    }
    for (std::size_t i = segment.name == "MSH" ? 2 : 0; i < segment.fields.size(); ++i) {
      for (auto& repetition : segment.fields[i]) {
        for (auto& component : repetition) {
          for (auto& value : component) value = CleanValue(value);
          DropEmptyEnd(component);
        }
        DropEmptyEnd(repetition);
      }
      DropEmptyEnd(segment.fields[i]);
    }
    DropEmptyEnd(segment.fields);
  }
  return message;
}

std::vector<std::string_view> SplitMessages(std::string_view text) {
  std::vector<std::string_view> messages;
  const char* from = nullptr;
  const auto close = [&](const char* end) {
    if (from != nullptr) messages.emplace_back(from, static_cast<std::size_t>(end - from));
    from = nullptr;
  };
  char separator = '\0';
  for (auto rest = text; !rest.empty();) {
    const char* const at = rest.data();
    auto line = TakeLine(rest);
    if (at == text.data() && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (line.starts_with("MSH") && line.size() > 3 && MaySeparate(line[3])) {
      close(at);
      from = line.data();
      separator = line[3];
      continue;
    }
    const auto name = line.substr(0, 3);
    const bool envelope = name == "FHS" || name == "BHS" || name == "BTS" || name == "FTS";
    if (envelope && (line.size() == 3 || separator == '\0' || line[3] == separator)) close(at);
  }
  close(text.data() + text.size());
  return messages;
}

Path::Path(std::string_view path) {
  segment = std::string(path.substr(0, 3));
  PONS_CHECK(IsSegmentName(segment));
  path.remove_prefix(3);
  if (TakeChar(path, '[')) {
    occurrence = TakeNumber(path);
    PONS_CHECK(TakeChar(path, ']'));
  }
  PONS_CHECK(TakeChar(path, '-'));
  field = TakeNumber(path);
  if (TakeChar(path, '[')) {
    repetition = TakeNumber(path);
    PONS_CHECK(TakeChar(path, ']'));
  }
  if (TakeChar(path, '.')) component = TakeNumber(path);
  if (TakeChar(path, '.')) subcomponent = TakeNumber(path);
  PONS_CHECK(path.empty());
}

std::string_view Get(const Message& message, const Path& path) {
  const auto* const segment = Find(message, path.segment, path.occurrence);
  if (segment == nullptr || segment->fields.size() < path.field) return {};
  const auto& field = segment->fields[path.field - 1];
  if (field.size() < path.repetition) return {};
  const auto& repetition = field[path.repetition - 1];
  if (repetition.size() < path.component) return {};
  const auto& component = repetition[path.component - 1];
  if (component.size() < path.subcomponent) return {};
  return component[path.subcomponent - 1];
}

void Set(Message& message, const Path& path, std::string value) {
  auto have = Count(message, path.segment);
  for (; have < path.occurrence; ++have) {
    message.segments.push_back({path.segment, {}});
    if (path.segment == "MSH") {
      message.segments.back().fields = {One("|"), One(std::string(kMsh2))};
    }
  }
  auto& segment = const_cast<Segment&>(*Find(message, path.segment, path.occurrence));
  auto& repetition = Grow(Grow(segment.fields, path.field), path.repetition);
  Grow(Grow(repetition, path.component), path.subcomponent) = std::move(value);
}

const Segment* Find(const Message& message, std::string_view name, std::size_t nth) {
  for (const auto& segment : message.segments) {
    if (segment.name == name && --nth == 0) return &segment;
  }
  return nullptr;
}

std::size_t Count(const Message& message, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(message.segments.begin(), message.segments.end(),
                    [&](const Segment& segment) { return segment.name == name; }));
}

Field One(std::string value) {
  Field field(1);
  field[0].resize(1);
  field[0][0].push_back(std::move(value));
  return field;
}

Field Components(std::vector<std::string> components) {
  Field field(1);
  field[0].resize(components.size());
  for (std::size_t i = 0; i < components.size(); ++i) {
    if (!components[i].empty()) field[0][i].push_back(std::move(components[i]));
  }
  return field;
}

std::string Encoded(const Field& field) {
  std::string out;
  AppendField(out, field);
  return out;
}
std::string Encoded(const Repetition& repetition) {
  std::string out;
  AppendRepetition(out, repetition);
  return out;
}
std::string Encoded(const Component& component) {
  std::string out;
  AppendComponent(out, component);
  return out;
}

}  // namespace pons::hl7
