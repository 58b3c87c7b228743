// SPDX-License-Identifier: Apache-2.0
// What a sandbox does for its control port: the practice as its staff would speak of it, in the
// words of README.md, the same for every vendor. The port turns HTTP into these calls.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "json/value.h"

namespace pons::sandboxkit {

struct PageFile {
  std::string content_type;
  std::string body;
};

// Threads: any; an implementation serialises what it must.
// Errors: kNotFound (404), kConflict (409, the practice's own rules), kUnsupported (405), kRejected
// (400) with what is wrong and what to do.
// One call of the control port, beyond those that every sandbox has.
struct ControlCall {
  std::string method;
  std::string path;   // "/usage"
  json::Value query;  // an object of text
  json::Value body;   // an object, empty where none came
};

class Practice {
 public:
  virtual ~Practice() = default;

  // `kind` is "patients", "appointments", "visits", "practitioners", "locations",
  // "appointment_types", "practice" or "diary". Edits answer {"id","at_ms"}.
  virtual Result<json::Value> List(std::string_view kind, const json::Value& query) = 0;
  virtual Result<json::Value> Get(std::string_view kind, std::string_view id) = 0;
  virtual Result<json::Value> Create(std::string_view kind, const json::Value& body) = 0;
  virtual Result<json::Value> Change(std::string_view kind, std::string_view id,
                                     const json::Value& body) = 0;
  // `vanish`: the row itself goes, as no member of staff could make it.
  virtual Result<json::Value> Remove(std::string_view kind, std::string_view id, bool vanish) = 0;
  virtual Result<json::Value> AddHistory(std::string_view patient, const json::Value& body) = 0;

  // A column written as nobody should, for bad rows.
  virtual Result<json::Value> Raw(const json::Value& body) = 0;
  virtual Result<json::Value> Rights(const json::Value& body) = 0;
  virtual Result<json::Value> Reset() = 0;
  virtual Result<json::Value> Seed(const json::Value& body) = 0;
  virtual Result<json::Value> Load(const json::Value& body) = 0;
  // "practice", "counts", "today", "now".
  virtual Result<json::Value> State() = 0;
  // A wall-clock reading of the practice, "2026-10-04T01:59:00", as a moment.
  virtual Result<Instant> FromWallClock(std::string_view reading) = 0;
  // The bytes of a document that came in: `kind` "reports" or "images".
  virtual Result<PageFile> Document(std::string_view kind, std::string_view id) = 0;
  // A file of the page; nullopt: not found.
  virtual std::optional<PageFile> Page(std::string_view path) = 0;
  // What only this vendor's sandbox has; nullopt: no such call.
  virtual std::optional<Result<json::Value>> Further(const ControlCall&) { return std::nullopt; }
};

}  // namespace pons::sandboxkit
