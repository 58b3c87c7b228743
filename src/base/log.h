// SPDX-License-Identifier: Apache-2.0
// One line an event: a fixed message that can be searched for, then key=value pairs. Values of type
// Sensitive<T> do not compile; foreign text is quoted and cut.
//
//   log.Info("connection is back", {{"connection", id.value}, {"after_seconds", 12}});
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/sensitive.h"

namespace pons {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

struct LogField {
  std::string_view key;
  std::string value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, bool v) : key(k), value(v ? "yes" : "no") {}
  template <typename N>
  requires(std::is_arithmetic_v<N> && !std::is_same_v<N, bool>) LogField(std::string_view k, N v)
      : key(k), value(std::to_string(v)) {}
  template <typename T>
  LogField(std::string_view, const Sensitive<T>&) = delete;
};

// Threads: all members may be called from any thread.
class Logger {
 public:
  virtual ~Logger() = default;
  virtual void Write(LogLevel level, std::string_view line) = 0;

  void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
  void Debug(std::string_view m, std::initializer_list<LogField> f = {}) {
    Log(LogLevel::kDebug, m, f);
  }
  void Info(std::string_view m, std::initializer_list<LogField> f = {}) {
    Log(LogLevel::kInfo, m, f);
  }
  void Warn(std::string_view m, std::initializer_list<LogField> f = {}) {
    Log(LogLevel::kWarn, m, f);
  }
  void Error(std::string_view m, std::initializer_list<LogField> f = {}) {
    Log(LogLevel::kError, m, f);
  }
};

// Writes to standard error with time and level; lines below `least` are dropped.
std::unique_ptr<Logger> StderrLogger(LogLevel least);

// Keeps the lines for a test to read, from one thread at a time.
class MemoryLogger final : public Logger {
 public:
  void Write(LogLevel level, std::string_view line) override;
  std::string text() const;

 private:
  std::string text_;
};

}  // namespace pons
