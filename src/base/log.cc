// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace pons {
namespace {

constexpr std::size_t kLongestValue = 300;

void AppendValue(std::string& line, std::string_view value) {
  const bool plain =
      !value.empty() && value.find_first_of(" \"=\\\n\r\t") == std::string_view::npos;
  std::size_t end = std::min(value.size(), kLongestValue);
  // A cut falls between characters, never within one.
  while (end > 0 && end < value.size() && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) {
    --end;
  }
  const auto shown = value.substr(0, end);
  if (plain) {
    line += shown;
  } else {
    line += '"';
    for (const char c : shown) {
      if (c == '"' || c == '\\') line += '\\';
      line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    line += '"';
  }
  if (value.size() > kLongestValue) line += "…";
}

class SpdLogger final : public Logger {
 public:
  explicit SpdLogger(LogLevel least)
      : logger_("pons", std::make_shared<spdlog::sinks::stderr_sink_mt>()), least_(least) {
    logger_.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %L %v", spdlog::pattern_time_type::utc);
    logger_.set_level(spdlog::level::trace);
    logger_.flush_on(spdlog::level::trace);
  }
  void Write(LogLevel level, std::string_view line) override {
    if (level < least_) return;
    logger_.log(static_cast<spdlog::level::level_enum>(static_cast<int>(level) + 1),
                spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  spdlog::logger logger_;
  LogLevel least_;
};

}  // namespace

void Logger::Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  std::string line(message);
  for (const auto& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    AppendValue(line, field.value);
  }
  Write(level, line);
}

std::unique_ptr<Logger> StderrLogger(LogLevel least) { return std::make_unique<SpdLogger>(least); }

void MemoryLogger::Write(LogLevel, std::string_view line) {
  text_ += line;
  text_ += '\n';
}

std::string MemoryLogger::text() const { return text_; }

}  // namespace pons
