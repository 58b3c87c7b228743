// SPDX-License-Identifier: Apache-2.0
// JSON over HTTP to a server on this machine: a sandbox's control port, or our own API.
// Threads: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/result.h"
#include "json/value.h"
#include "net/http.h"

namespace pons::sandboxes {

class JsonClient {
 public:
  explicit JsonClient(std::string base);

  Result<json::Value> Get(std::string_view path) { return Call("GET", path, nullptr); }
  Result<json::Value> Post(std::string_view path, const json::Value& body) {
    return Call("POST", path, &body);
  }
  Result<json::Value> Patch(std::string_view path, const json::Value& body) {
    return Call("PATCH", path, &body);
  }
  // A 4xx or 5xx is an Error: kNotFound for 404, kRejected for other 4xx, kUnavailable for 5xx.
  Result<json::Value> Call(std::string_view method, std::string_view path, const json::Value* body);
  // A body as it comes.
  Result<std::string> Bytes(std::string_view path);
  Result<json::Value> PostForm(std::string_view path, std::string body);

  void set_token(const std::string& token) { token_ = token; }
  const std::string& base() const { return base_; }

 private:
  Result<std::string> Fetch(net::HttpRequest request);
  Result<json::Value> Send(net::HttpRequest request);

  std::string base_;
  std::string token_;
  std::unique_ptr<net::HttpTransport> transport_;
  CancelToken cancel_;
};

}  // namespace pons::sandboxes
