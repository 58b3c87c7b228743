// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace pons::halo_connect {
namespace {

using net::SqlValue;

// Sheet §5.1: NVarChar values longer than this are refused. Counted in UTF-16 as the server does.
constexpr std::size_t kLongestParameter = 4000;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

std::size_t Utf16Length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;
    units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

const std::string* LongText(const SqlValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && Utf16Length(*text) > kLongestParameter ? text : nullptr;
}

std::string WriteTime(const LocalTime& time) {
  const auto day = time.day();
  const auto midnight = std::chrono::floor<std::chrono::days>(time.reading);
  const auto second = (time.reading - midnight).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     second / 3600, second / 60 % 60, second % 60);
}

// Where a piece of T-SQL that holds no parameters ends: a literal, a quoted name, a comment; `at`
// where there is none.
std::size_t SkipQuoted(std::string_view text, std::size_t at) {
  const auto until = [&](std::string_view end) {
    const auto found = text.find(end, at + (end.size() == 2 ? 2 : 1));
    return found == std::string_view::npos ? text.size() : found + end.size();
  };
  const auto rest = text.substr(at);
  // A doubled quote is the end of one literal and the start of the next, which comes to the same.
  if (rest.starts_with('\'')) return until("'");
  if (rest.starts_with('"')) return until("\"");
  if (rest.starts_with('[')) return until("]");
  if (rest.starts_with("--")) return std::min(text.find('\n', at), text.size());
  if (rest.starts_with("/*")) return until("*/");
  return at;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Whether the text names something `prefix` and a digit.
bool Uses(std::string_view lower, std::string_view prefix) {
  for (auto at = lower.find(prefix); at != std::string_view::npos;
       at = lower.find(prefix, at + 1)) {
    const auto after = at + prefix.size();
    if (after < lower.size() && IsDigit(lower[after])) return true;
  }
  return false;
}

// What the names of parameters begin with: "@p", and so that the text has no such name itself.
std::string Prefix(std::string_view text) {
  const auto lower = AsciiLower(text);
  std::string prefix = "@p";
  while (Uses(lower, prefix)) prefix += '_';
  return prefix;
}

struct Typed {
  std::string_view type;
  std::optional<std::string> value;  // nullopt: NULL
};

Typed TypeOf(const SqlValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    // As narrow as the columns it is compared with, so that an index on them is used.
    const bool narrow = *integer >= std::numeric_limits<std::int32_t>::min() &&
                        *integer <= std::numeric_limits<std::int32_t>::max();
    return {narrow ? "Int" : "BigInt", std::to_string(*integer)};
  }
  if (const auto* real = std::get_if<double>(&value)) return {"Float", fmt::format("{}", *real)};
  if (const auto* time = std::get_if<LocalTime>(&value)) return {"DateTime", WriteTime(*time)};
  if (const auto* text = std::get_if<std::string>(&value)) {
    // Plain text stays VARCHAR: compared with NVARCHAR, an indexed CHAR column would be converted
    // row by row.
    return {IsAscii(*text) ? "VarChar" : "NVarChar", *text};
  }
  return {"VarChar", std::nullopt};
}

void WriteParameter(const std::string& name, const SqlValue& value, json::Writer& out) {
  const auto typed = TypeOf(value);
  out.BeginObject();
  out.Member("name", name);
  out.Member("direction", "input");
  out.Member("type", typed.type);
  out.Key("value");
  if (typed.value) {
    out.String(*typed.value);
  } else {
    out.NullValue();
  }
  out.EndObject();
}

// The text with names instead of '?'; nullopt where their number is another.
std::optional<std::string> Named(std::string_view text, const std::string& prefix,
                                 std::size_t parameters) {
  std::string out;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (const auto end = SkipQuoted(text, at); end > at) {
      out += text.substr(at, end - at);
      at = end;
      continue;
    }
    if (text[at] == '?') {
      out += prefix + std::to_string(++number);
    } else {
      out += text[at];
    }
    ++at;
  }
  if (number != parameters) return std::nullopt;
  return out;
}

}  // namespace

std::string SqlLiteral(std::string_view text) {
  const std::string open = IsAscii(text) ? "'" : "N'";
  std::string out = open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '\'') out += '\'';
    // T-SQL leaves out a backslash before a line break, and the break with it; the two must not
    // meet in one literal.
    const bool breaks = i + 1 < text.size() && (text[i + 1] == '\n' || text[i + 1] == '\r');
    if (text[i] == '\\' && breaks) out += "'+" + open;
  }
  return out + "'";
}

Result<void> WriteCommand(const net::SqlStatement& statement, json::Writer& out) {
  const auto prefix = Prefix(statement.text);
  const auto named = Named(statement.text, prefix, statement.parameters.size());
  if (!named) return MakeError(Fault::kInternal, "a statement has not as many values as places");
  std::string text;
  for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
    const auto* long_text = LongText(statement.parameters[i]);
    if (long_text == nullptr) continue;
    const std::string type = IsAscii(*long_text) ? "VARCHAR(MAX)" : "NVARCHAR(MAX)";
    // The cast makes a sum of literals as long as it needs to be.
    text += "DECLARE " + prefix + std::to_string(i + 1) + " " + type + " = CAST('' AS " + type +
            ") + " + SqlLiteral(*long_text) + "; ";
  }
  text += *named;
  out.BeginObject();
  out.Member("type", "text");
  out.Member("executionMode", "reader");
  out.Member("text", text);
  out.Key("parameters");
  out.BeginArray();
  for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
    if (LongText(statement.parameters[i]) != nullptr) continue;
    WriteParameter(prefix + std::to_string(i + 1), statement.parameters[i], out);
  }
  out.EndArray();
  out.EndObject();
  return Ok();
}

}  // namespace pons::halo_connect
