// SPDX-License-Identifier: Apache-2.0
// An app's end of the API: signs in, sends, and tells what came back, whatever its status.
// Threads: any, after SignIn.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/result.h"
#include "json/value.h"
#include "net/http.h"

namespace pons::rehearsal {

struct Answer {
  int status = 0;
  net::Headers headers;
  json::Value body;  // null where it is no JSON
  std::string text;

  bool ok() const { return status >= 200 && status < 300; }
  std::string header(std::string_view name) const {
    return std::string(net::FindHeader(headers, name));
  }
  std::string id() const { return std::string(body.Text("id")); }
  std::string etag() const { return header("ETag"); }
  // The words of an OperationOutcome for a person.
  std::string reason() const;
  // "2026-03-09T09:15:00+11:00" of each free time offered instead.
  std::vector<std::string> alternatives() const;
};

struct SendOptions {
  std::string key = {};       // Idempotency-Key
  std::string if_match = {};  // ETag
  std::string prefer = {};    // "respond-async"
  std::string content_type = "application/fhir+json";
};

class AppClient {
 public:
  explicit AppClient(std::string base);

  Result<void> SignIn(const std::string& client_id, const std::string& client_secret);

  // Errors: only where no answer came.
  Result<Answer> Send(std::string_view method, std::string_view path, std::string_view body,
                      const SendOptions& options = {}) const;
  Result<Answer> SendJson(std::string_view method, std::string_view path, const json::Value& body,
                          const SendOptions& options = {}) const {
    return Send(method, path, std::string_view(json::Write(body)), options);
  }
  Result<Answer> Get(std::string_view path) const { return Send("GET", path, std::string_view()); }
  // The resource, or an error for any status but 200.
  Result<json::Value> Read(std::string_view path) const;
  // The first match of a search; null where there is none.
  Result<json::Value> FindFirst(std::string_view path) const;

 private:
  std::string base_;
  std::string token_;
  std::unique_ptr<net::HttpTransport> transport_;
  CancelToken cancel_;
};

// The value that the practice itself numbers a resource by; empty where it has none.
std::string LocalIdentifier(const json::Value& resource);
// What a DocumentReference says of its way to the practice: "imported".
std::string ExportState(const json::Value& document);

}  // namespace pons::rehearsal
