// SPDX-License-Identifier: Apache-2.0
#include "sandboxes/json_client.h"

namespace pons::sandboxes {

JsonClient::JsonClient(std::string base) : base_(std::move(base)) {
  net::CurlSettings settings;
  settings.policy = net::AddressPolicy::kAnyForDevelopment;
  transport_ = net::MakeCurlTransport(settings);
}

Result<json::Value> JsonClient::Call(std::string_view method, std::string_view path,
                                     const json::Value* body) {
  net::HttpRequest request;
  request.method = std::string(method);
  request.url = base_ + std::string(path);
  if (body != nullptr) {
    request.body = json::Write(*body);
    request.headers.emplace_back("Content-Type", "application/json");
  }
  return Send(std::move(request));
}

Result<json::Value> JsonClient::PostForm(std::string_view path, std::string body) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = base_ + std::string(path);
  request.body = std::move(body);
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  return Send(std::move(request));
}

Result<std::string> JsonClient::Bytes(std::string_view path) {
  net::HttpRequest request;
  request.method = "GET";
  request.url = base_ + std::string(path);
  return Fetch(std::move(request));
}

Result<std::string> JsonClient::Fetch(net::HttpRequest request) {
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  request.timeout = std::chrono::seconds(60);
  const std::string what = request.method + " " + request.url;
  PONS_ASSIGN(auto response, transport_->Send(request, cancel_));
  if (response.status >= 400) {
    const Fault fault = response.status == 404   ? Fault::kNotFound
                        : response.status >= 500 ? Fault::kUnavailable
                                                 : Fault::kRejected;
    return MakeError(fault, what + " answered " + std::to_string(response.status) + ": " +
                                response.body.substr(0, 300));
  }
  return std::move(response.body);
}

Result<json::Value> JsonClient::Send(net::HttpRequest request) {
  PONS_ASSIGN(const auto body, Fetch(std::move(request)));
  if (body.empty()) return json::Value();
  return json::Parse(body);
}

}  // namespace pons::sandboxes
