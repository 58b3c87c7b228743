// SPDX-License-Identifier: Apache-2.0
#include "base/log_ring.h"

#include <algorithm>

#include "base/text.h"

namespace pons {
namespace {

bool IsKeyLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

// The length of "key" where `text` begins with "key="; 0 where it does not.
std::size_t KeyLength(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && IsKeyLetter(text[length])) ++length;
  return length > 0 && length < text.size() && text[length] == '=' ? length : 0;
}

std::string TakeValue(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    const auto end = std::min(rest.find(' '), rest.size());
    value = rest.substr(0, end);
    rest.remove_prefix(end);
    return value;
  }
  rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != '"') {
    if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
    value += rest.front();
    rest.remove_prefix(1);
  }
  if (!rest.empty()) rest.remove_prefix(1);
  // A value that was cut has its mark behind the quote.
  if (const auto end = std::min(rest.find(' '), rest.size()); end > 0) {
    value += rest.substr(0, end);
    rest.remove_prefix(end);
  }
  return value;
}

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

void TakeApart(std::string_view line, LogLine& out) {
  std::size_t end = line.size();
  for (std::size_t at = line.find(' '); at != std::string_view::npos; at = line.find(' ', at + 1)) {
    if (KeyLength(line.substr(at + 1)) > 0) {
      end = at;
      break;
    }
  }
  out.message = line.substr(0, end);
  auto rest = line.substr(end);
  while (rest.starts_with(' ')) {
    rest.remove_prefix(1);
    const auto length = KeyLength(rest);
    if (length == 0) break;
    std::string key(rest.substr(0, length));
    rest.remove_prefix(length + 1);
    out.fields.emplace_back(std::move(key), TakeValue(rest));
  }
}

void LogRing::Write(LogLevel level, std::string_view line) {
  next_.Write(level, line);
  if (level == LogLevel::kDebug) return;
  const Instant now = clock_.Now();
  const std::lock_guard lock(mutex_);
  kept_.push_back({++last_, now, level, std::string(line)});
  if (kept_.size() > most_) kept_.pop_front();
}

std::vector<LogLine> LogRing::Find(const Query& query) const {
  const auto words = AsciiLower(query.words);
  std::vector<LogLine> lines;
  const std::lock_guard lock(mutex_);
  for (auto kept = kept_.rbegin(); kept != kept_.rend() && lines.size() < query.limit; ++kept) {
    if (query.before != 0 && kept->number >= query.before) continue;
    if (kept->level < query.least) continue;
    if (!words.empty() && AsciiLower(kept->line).find(words) == std::string::npos) continue;
    LogLine line;
    line.number = kept->number;
    line.at = kept->at;
    line.level = kept->level;
    TakeApart(kept->line, line);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace pons
