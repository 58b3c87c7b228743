// SPDX-License-Identifier: Apache-2.0
// Bytes: uploads that documents refer to, and the bytes of documents. Scopes and switches are those
// of DocumentReference.
#include <algorithm>

#include "api/clinical.h"
#include "api/documents.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "json/writer.h"

namespace pons::api {
namespace {

using model::Stream;

constexpr std::chrono::hours kKeepUploads{24};

// Only who asks for FHIR by name gets the resource; everybody else gets the bytes.
bool AsksForResource(const Call& call) {
  const auto accept = net::FindHeader(call.request.headers, "accept");
  if (call.request.query.find("_format") != std::string_view::npos) {
    if (const auto fields = net::ParseForm(call.request.query)) {
      const auto* format = net::FindField(*fields, "_format");
      if (format != nullptr && format->find("json") != std::string::npos) return true;
    }
  }
  return accept.find("application/fhir+json") != std::string_view::npos;
}

std::string Described(std::string_view id, std::string_view content_type,
                      const std::string* bytes) {
  std::string body;
  json::Writer w(body);
  w.BeginObject();
  w.Member("resourceType", "Binary");
  w.Member("id", id);
  w.Member("contentType", content_type);
  if (bytes != nullptr) w.Member("data", crypto::Base64(*bytes));
  w.EndObject();
  return body;
}

void Give(Service& service, Call& call, std::string_view content_type,
          std::shared_ptr<const std::string> bytes,
          std::string_view cache_control = "private, no-cache") {
  call.count = 1;
  net::ServerResponse response;
  if (AsksForResource(call)) {
    response = JsonAnswer(200, kFhirJson, Described(call.id, content_type, bytes.get()));
  } else {
    response = JsonAnswer(200, content_type, "");
    response.shared_body = std::move(bytes);
    // What an app uploaded is data; a browser that meets it must not run it.
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Content-Security-Policy", "sandbox; default-src 'none'");
  }
  if (cache_control.find("no-store") == std::string_view::npos) {
    response.headers.emplace_back("ETag", "W/\"1\"");
  }
  response.headers.emplace_back("Cache-Control", cache_control);
  Finish(service, call, std::move(response));
}

std::string ContentTypeOf(const store::ServedRecord& document) {
  const auto body = json::Parse(*document.body);
  if (!body) return "application/octet-stream";
  const auto* content = body->Find("content");
  if (content == nullptr || content->array() == nullptr || content->array()->empty()) {
    return "application/octet-stream";
  }
  const auto* attachment = content->array()->front().Find("attachment");
  const auto type = attachment == nullptr ? std::string_view() : attachment->Text("contentType");
  return std::string(type.empty() ? "application/octet-stream" : type);
}

void GetBinary(Service& service, Call& call) {
  const AppView& app = *call.session->app;
  auto reader = service.readers.Borrow();
  if (!reader) return Fail(service, call, reader.error());
  auto upload = (*reader)->Binary(app.app.key, call.id, call.began);
  if (!upload) return Fail(service, call, upload.error());
  if (*upload) return Give(service, call, (*upload)->content_type, std::move((*upload)->bytes));
  const auto document = (*reader)->Get(app.GrantsFor(Stream::kDocumentReferences),
                                       Stream::kDocumentReferences, call.id);
  if (!document) return Fail(service, call, document.error());
  if (!*document || (*document)->body == nullptr) {
    return Fail(service, call, 404, "not-found",
                "There is no Binary with this id that this app may see.");
  }
  auto content = (*reader)->ContentOf(call.id);
  if (!content) return Fail(service, call, content.error());
  if (*content == nullptr) {
    return Fail(service, call, 410, "deleted",
                "The bytes were kept for a while after the practice had them, and are gone here.");
  }
  Give(service, call, ContentTypeOf(**document), std::move(*content));
}

// The upload's bytes and type, from a Binary resource or as they are. False: answered.
bool ReadUpload(Write& write, store::BinaryRow& row) {
  auto& call = write.call();
  const auto header = Trim(net::FindHeader(call.request.headers, "content-type"));
  const auto type = AsciiLower(Trim(header.substr(0, header.find(';'))));
  if (type != "application/fhir+json") {
    if (type.empty() || type.size() > 128 || type.find('/') == std::string::npos ||
        !std::all_of(type.begin(), type.end(), [](char c) { return c > ' ' && c < 0x7F; })) {
      return write.No(415, "required", "Say what the bytes are: Content-Type: application/pdf.");
    }
    row.content_type = type;
    row.bytes = std::make_shared<const std::string>(call.request.body);
    return true;
  }
  if (!write.ReadResource()) return false;
  const auto& resource = write.resource();
  if (resource.Text("resourceType") != "Binary") {
    return write.No(422, "invalid", "This address takes a Binary.", "Binary");
  }
  row.content_type = AsciiLower(resource.Text("contentType"));
  if (row.content_type.empty() || row.content_type.size() > 128) {
    return write.No(422, "required", "A Binary says what it is.", "Binary.contentType");
  }
  auto bytes = crypto::FromBase64(resource.Text("data"));
  if (!bytes) return write.No(422, "invalid", "The data must be base64.", "Binary.data");
  row.bytes = std::make_shared<const std::string>(std::move(*bytes));
  return true;
}

void PostBinary(Service& service, const CallPtr& call) {
  Write write(service, call);
  if (!write.Begin(false)) return;
  store::BinaryRow row;
  if (!ReadUpload(write, row)) return;
  if (row.bytes->empty()) {
    write.No(422, "invalid", "There are no bytes.", "Binary.data");
    return;
  }
  if (row.bytes->size() > kMostDocumentBytes) {
    write.No(413, "too-long", "An upload is at most 20 MiB.", "Binary.data");
    return;
  }
  const auto& grants = write.app().grants;
  const bool may = std::any_of(grants.begin(), grants.end(), [&](auto key) {
    return write.snapshot().grants.at(key).switches.reports_out;
  });
  if (!may) {
    write.ChooseGrant(0, {}, &store::Switches::reports_out, "reports_out");
    return;
  }
  row.id = NewId(service.deps.random);
  row.app = write.app().app.key;
  row.expires = service.deps.clock.Now() + kKeepUploads;
  const auto kept = service.deps.store.Write([&](store::Transaction& tx) -> Result<void> {
    tx.KeepBinary(row);
    return Ok();
  });
  if (!kept) {
    write.No(kept.error());
    return;
  }
  call->id = row.id;
  auto response = JsonAnswer(201, kFhirJson, Described(row.id, row.content_type, nullptr));
  response.headers.emplace_back("Location", call->base + "/fhir/R4/Binary/" + row.id);
  response.headers.emplace_back("ETag", "W/\"1\"");
  Finish(service, *call, std::move(response));
}

}  // namespace

void HandleBinary(Service& service, Call&& call, std::string_view rest) {
  call.route = Route::kBinary;
  call.type = "Binary";
  const bool one = rest.size() > 1;
  const bool reads = call.request.method == "GET" || call.head;
  call.operation = reads ? "read" : "create";
  if (one) call.id = rest.substr(1, 128);
  if (!Authenticate(service, call)) return;
  const std::string_view allow = one ? "GET" : "POST";
  if (!RequireMethod(service, call, allow, allow)) return;
  const auto& scopes = call.session->scopes;
  const bool may = one ? scopes.MayRead(Stream::kDocumentReferences)
                       : scopes.MayCreate(Stream::kDocumentReferences);
  if (!may) {
    return Fail(service, call, 403, "forbidden",
                std::string("The token's scope does not cover this: ask for "
                            "system/DocumentReference.") +
                    (one ? "r." : "c."));
  }
  if (!one && service.deps.desk == nullptr) {
    return Fail(service, call, 405, "not-supported", "This server takes no documents.",
                {{"Allow", "GET"}});
  }
  const auto shared = std::make_shared<Call>(std::move(call));
  if (one && service.deps.clinical != nullptr && IsLiveId(shared->id)) {
    return service.Later(shared, [&service, shared](Call&) {
      ReadLiveContent(service, shared, [&service](Call& later, const ClinicalContent& content) {
        Give(service, later, content.content_type,
             std::make_shared<const std::string>(content.bytes), "private, no-store");
      });
    });
  }
  if (one) {
    return service.Later(shared, [&service](Call& later) { GetBinary(service, later); });
  }
  service.LaterOn(service.write_pool, shared,
                  [&service, shared](Call&) { PostBinary(service, shared); });
}

std::size_t BodyLimit(Service& service, const net::ServerRequest& request) {
  const std::string_view target = request.target;
  const auto path = target.substr(0, target.find('?'));
  const bool takes_documents =
      request.method == "POST" &&
      (path == "/fhir/R4/Binary" || path.starts_with("/fhir/R4/DocumentReference"));
  if (!takes_documents) return kMostBodyBytes;
  std::string_view token = net::FindHeader(request.headers, "authorization");
  if (token.size() < 8 || !EqualsIgnoringAsciiCase(token.substr(0, 7), "Bearer ")) {
    return kMostBodyBytes;
  }
  token = Trim(token.substr(7));
  const auto session = service.sessions.Find(token, service.deps.clock.Now());
  return session && *session != nullptr ? kMostUploadBytes : kMostBodyBytes;
}

}  // namespace pons::api
