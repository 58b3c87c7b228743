// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/control.h"

namespace pons::halo_connect::sandbox {
namespace {

void Take(const json::Value& body, std::string_view key, bool& value) {
  if (const json::Value* given = body.Find(key); given != nullptr && given->boolean() != nullptr)
    value = *given->boolean();
}

void Take(const json::Value& body, std::string_view key, std::int64_t& value) {
  value = body.Integer(key).value_or(value);
}

}  // namespace

Result<json::Value> HaloControl::Describe(Site& site) {
  const Switches s = cloud_.switches();
  json::Value out = cloud_.Describe(site);
  out.Set("url", url_);
  out.Set("key", cloud_.key());
  out.Set("paired", cloud_.Paired(site) && site.clinic.sandbox().integrations().enabled());
  out.Set("wire_port", static_cast<std::int64_t>(site.clinic.sandbox().wire_port()));
  out.Set("switches",
          json::Object{{"envelope", EnvelopeName(s.envelope)},
                       {"failed_as_200", s.failed_as_200},
                       {"ip_allowed", s.ip_allowed},
                       {"pms_failure", s.pms_failure},
                       {"shared_names", s.shared_names == SharedNames::kArray ? "array" : "last"},
                       {"rate_calls", s.rate_calls},
                       {"rate_seconds", s.rate_seconds},
                       {"retry_after", s.retry_after},
                       {"quota", s.quota},
                       {"patience_ms", s.patience_ms},
                       {"largest_immediate", s.largest_immediate},
                       {"page_bytes", s.page_bytes},
                       {"hold_async", s.hold_async},
                       {"old_guid_status", s.old_guid_status}});
  return out;
}

Result<json::Value> HaloControl::Change(Site& site, const json::Value& body) {
  Switches s = cloud_.switches();
  if (const std::string_view name = body.Text("envelope"); !name.empty()) {
    const auto envelope = EnvelopeNamed(name);
    if (!envelope) {
      return MakeError(Fault::kRejected,
                       "envelope must be natural, error, bare, management or query");
    }
    s.envelope = *envelope;
  }
  if (const std::string_view name = body.Text("shared_names"); !name.empty()) {
    if (name != "last" && name != "array")
      return MakeError(Fault::kRejected, "shared_names must be last or array");
    s.shared_names = name == "array" ? SharedNames::kArray : SharedNames::kLast;
  }
  Take(body, "failed_as_200", s.failed_as_200);
  Take(body, "ip_allowed", s.ip_allowed);
  Take(body, "pms_failure", s.pms_failure);
  Take(body, "rate_calls", s.rate_calls);
  Take(body, "rate_seconds", s.rate_seconds);
  Take(body, "retry_after", s.retry_after);
  Take(body, "quota", s.quota);
  Take(body, "patience_ms", s.patience_ms);
  Take(body, "largest_immediate", s.largest_immediate);
  Take(body, "page_bytes", s.page_bytes);
  Take(body, "hold_async", s.hold_async);
  std::int64_t old_status = s.old_guid_status;
  Take(body, "old_guid_status", old_status);
  if (old_status != 403 && old_status != 404)
    return MakeError(Fault::kRejected, "old_guid_status must be 403 or 404");
  if (s.rate_seconds < 1 || s.page_bytes < 1 || s.patience_ms < 0)
    return MakeError(Fault::kRejected, "rate_seconds and page_bytes must be above 0");
  s.old_guid_status = static_cast<int>(old_status);
  if (body.Find("availability") != nullptr) {
    const auto changed = site.clinic.sandbox().integrations().Change(
        json::Object{{"availability", *body.Find("availability")}});
    if (!changed) return changed.error();
  }
  PONS_TRY(cloud_.Change(site, body));
  cloud_.Set(s);
  if (!s.hold_async) queries_.Release();
  return Describe(site);
}

std::optional<Result<json::Value>> HaloControl::Call(Site& site,
                                                     const sandboxkit::ControlCall& call) {
  const std::string what = call.method + " " + call.path;
  if (what == "GET /halo") return Describe(site);
  if (what == "POST /halo") return Change(site, call.body);
  if (what == "POST /halo/instance")
    return Result<json::Value>(json::Object{{"id", cloud_.Replace(site)}});
  if (what == "POST /halo/expire") {
    queries_.ExpireAll();
    return Result<json::Value>(json::Object{});
  }
  if (what == "POST /registered/run")
    return Result<json::Value>(json::Object{{"ran", registered_.RunAll()}});
  if (what == "GET /registered") return Result<json::Value>(registered_.List(cloud_.Guid(site)));
  if (what == "GET /webhook") return Result<json::Value>(webhooks_.Describe());
  if (what == "POST /webhook") return webhooks_.Change(call.body);
  if (what == "POST /webhook/send") return webhooks_.Resend(call.body);
  if (what == "GET /usage") return Result<json::Value>(cloud_.Usage());
  if (what == "DELETE /usage") {
    cloud_.ForgetUsage();
    return Result<json::Value>(json::Object{});
  }
  return std::nullopt;
}

}  // namespace pons::halo_connect::sandbox
