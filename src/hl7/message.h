// SPDX-License-Identifier: Apache-2.0
// HL7 v2 messages as trees, read tolerantly and written strictly (standards sheet §8.1).
//
//   message > segments > fields > repetitions > components > subcomponents
//
// Reading takes what senders really send: CR, LF or CRLF between segments, other separators than
// the usual ones, unknown segments, text that breaks over a line, unknown escapes.
//
// Writing gives one form only, the canonical one:
//   * separators | ^ ~ & and the escape character \, segments ended by CR, the last one too
//   * nothing empty at the end of a segment, field, repetition or component
//   * separators within values as \F\ \S\ \T\ \R\ \E\, line breaks (CR, LF or CRLF) as \.br\,
//     tabs as blanks; other control characters are left out, so nothing can break a frame
// For every message, Parse(Build(m)) == Normalised(m). Bytes from 0x80 up are passed on as they
// are; charset.h says what they mean.
//
// An empty value means unknown or unchanged; the value "" (two quotation marks, kDelete) means that
// the receiver shall remove what it has. Both are kept apart.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pons::hl7 {

inline constexpr std::string_view kDelete = "\"\"";

// Empty vectors stand for empty elements, at every level.
using Component = std::vector<std::string>;  // its subcomponents
using Repetition = std::vector<Component>;
using Field = std::vector<Repetition>;

struct Segment {
  std::string name;           // three characters, "PID"
  std::vector<Field> fields;  // fields[0] is field 1; MSH-1 and MSH-2 are "|" and "^~\&"

  bool operator==(const Segment&) const = default;
};

struct Message {
  std::vector<Segment> segments;  // the first is MSH, and no other one

  bool operator==(const Message&) const = default;
};

struct ParseLimits {
  std::size_t bytes = 64u << 20;
  std::size_t parts = 1'000'000;  // segments, fields, repetitions, components and subcomponents
};

// Errors: kProtocol, saying where (segment number and what), never with a value of the message.
Result<Message> Parse(std::string_view text, const ParseLimits& limits = {});

// Errors: kRejected where the tree is no message: no MSH first, a second one, a segment name that
// is none.
Result<std::string> Build(const Message& message);

// What Build keeps of a message.
Message Normalised(Message message);

// The messages of a batch or file (FHS, BHS, BTS and FTS around them are left out), or of messages
// one after the other. Text before the first MSH is left out.
std::vector<std::string_view> SplitMessages(std::string_view text);

// Where a value is: "PID-5", "PID-5.1", "PID-5.1.2", "OBX[2]-5.5", "PID-3[2].4". Numbers count from
// one; what is not said is one.
struct Path {
  std::string segment;
  std::size_t occurrence = 1;
  std::size_t field = 1;
  std::size_t repetition = 1;
  std::size_t component = 1;
  std::size_t subcomponent = 1;

  // Requires: a path as above, with numbers up to 9999. For paths written in code.
  Path(std::string_view path);  // NOLINT: converts, so that calls read Get(message, "PID-5.1")
  Path(const char* path) : Path(std::string_view(path)) {}  // NOLINT: converts
};

// Empty where there is none. The view lives as long as the message.
std::string_view Get(const Message& message, const Path& path);
// Makes what is missing on the way; a new segment goes to the end.
void Set(Message& message, const Path& path, std::string value);

// The nth segment of that name, from one; nullptr where there is none.
const Segment* Find(const Message& message, std::string_view name, std::size_t nth = 1);
std::size_t Count(const Message& message, std::string_view name);

// A field of one value, and one of a repetition with these components.
Field One(std::string value);
Field Components(std::vector<std::string> components);

// A field, repetition or component as it is written, escapes included.
std::string Encoded(const Field& field);
std::string Encoded(const Repetition& repetition);
std::string Encoded(const Component& component);

}  // namespace pons::hl7
