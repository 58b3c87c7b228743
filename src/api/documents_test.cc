// SPDX-License-Identifier: Apache-2.0
// Documents and uploads.
#include <gmock/gmock.h>

#include "api/documents.h"
#include "api/write_world.h"

namespace pons::api {
namespace {

using commands::State;
using model::Stream;
using ::testing::HasSubstr;

const std::string kPdf = "%PDF-1.7\nnot much\n%%EOF\n";

std::string Document(const std::string& attachment, const std::string& more = "") {
  return R"({"resourceType":"DocumentReference","status":"current",)"
         R"("type":{"coding":[{"system":"http://loinc.org","code":"34111-5"}]},)"
         R"("subject":{"reference":"Patient/p1"},"author":[{"reference":"Practitioner/d1"}],)"
         R"("description":"Timeline report","content":[{"attachment":)" +
         attachment + "}]" + more + "}";
}
std::string WithData(const std::string& bytes, const std::string& type = "application/pdf") {
  return R"({"contentType":")" + type + R"(","data":")" + crypto::Base64(bytes) + R"("})";
}

class WriteDocuments : public WriteWorld {};

TEST_F(WriteDocuments, AreKeptAndOnTheirWayWith201) {
  const auto response = Ask("POST", "DocumentReference", Document(WithData(kPdf)));
  ASSERT_EQ(response.status, 201) << response.body;
  const auto document = *json::Parse(response.body);
  const std::string id(document.Text("id"));
  EXPECT_EQ(HeaderOf(response, "location"),
            base_ + "/fhir/R4/DocumentReference/" + id + "/_history/1");
  EXPECT_EQ(HeaderOf(response, "pons-task"), "Task/command-1");
  EXPECT_EQ(document.Find("extension")->array()->front().Text("valueCode"), "queued");
  EXPECT_EQ(document.Find("author")->array()->front().Text("display"), "Dr Kim Lee");
  const auto* attachment = document.Find("content")->array()->front().Find("attachment");
  EXPECT_EQ(attachment->Text("url"), "Binary/" + id);
  EXPECT_EQ(attachment->Integer("size"), static_cast<std::int64_t>(kPdf.size()));
  EXPECT_EQ(attachment->Text("hash"), crypto::Base64(crypto::Sha1(kPdf)));

  const auto submission = desk_.submissions().at(0);
  const auto attach = std::get<model::AttachDocument>(submission.body);
  EXPECT_EQ(attach.document_id, id);
  EXPECT_EQ(attach.patient.id, "v-p1");
  EXPECT_EQ(attach.author.id, "v-d1");
  EXPECT_EQ(attach.title, "Timeline report");
  EXPECT_EQ(attach.type.code, "34111-5");
  EXPECT_EQ(attach.date, clock_.Now());
  EXPECT_EQ(*submission.content, kPdf);
  EXPECT_EQ(submission.document->id.value, id);

  const auto bytes = Get("/fhir/R4/Binary/" + id, {{"Accept", "application/pdf"}});
  EXPECT_EQ(bytes.status, 200);
  EXPECT_EQ(bytes.body, kPdf);
  EXPECT_EQ(HeaderOf(bytes, "content-type"), "application/pdf");
  const auto resource = Get("/fhir/R4/Binary/" + id, {{"Accept", "application/fhir+json"}});
  EXPECT_EQ(json::Parse(resource.body)->Text("data"), crypto::Base64(kPdf));
  for (const char* query : {"patient=p1", "status=current", "type=34111-5", "author=d1",
                            "type=http://loinc.org%7C34111-5", "date=2026-09-21"}) {
    EXPECT_EQ(Ids("/fhir/R4/DocumentReference?" + std::string(query)), std::vector<std::string>{id})
        << query;
  }
  EXPECT_EQ(Ids("/fhir/R4/DocumentReference?identifier=" + id), std::vector<std::string>{id});
  EXPECT_TRUE(Ids("/fhir/R4/DocumentReference?type=http://other%7C34111-5").empty());
}

TEST_F(WriteDocuments, AreAddressedByProviderNumber) {
  auto body = Document(WithData(kPdf));
  const std::string author = R"({"reference":"Practitioner/d1"})";
  const auto with = [&](const std::string& value) {
    auto changed = body;
    changed.replace(changed.find(author), author.size(),
                    R"({"identifier":{"system":)"
                    R"("http://ns.electronichealth.net.au/id/medicare-provider-number","value":")" +
                        value + R"("}})");
    return Ask("POST", "DocumentReference", changed);
  };
  EXPECT_EQ(with("242662 1B").status, 201);
  const auto attach = std::get<model::AttachDocument>(desk_.submissions().at(0).body);
  EXPECT_EQ(attach.author.id, "v-d1");
  EXPECT_EQ(attach.location.id, "v-l1");
  EXPECT_EQ(IssueOf(with("nonsense")), "invalid DocumentReference.author");
  EXPECT_EQ(IssueOf(with("2426631B")), "not-found DocumentReference.author");
}

TEST_F(WriteDocuments, AreAddressedByTheAppsOwnUser) {
  auto body = Document(WithData(kPdf));
  const std::string author = R"({"reference":"Practitioner/d1"})";
  body.replace(body.find(author), author.size(),
               R"({"identifier":{"system":"https://pons.health/app-users","value":"user 7"}})");
  EXPECT_EQ(IssueOf(Ask("POST", "DocumentReference", body)), "not-found DocumentReference.author");
  const auto linked =
      Send("PUT", "/api/user-links/user%207", {{"Authorization", "Bearer " + WriteToken()}},
           R"({"given":"Kim","family":"Lee"})");
  ASSERT_EQ(linked.status, 200) << linked.body;
  const auto answer = Ask("POST", "DocumentReference", body);
  EXPECT_EQ(answer.status, 201) << answer.body;
  const auto attach = std::get<model::AttachDocument>(desk_.submissions().at(0).body);
  EXPECT_EQ(attach.author.id, "v-d1");
}

TEST_F(WriteDocuments, WhatIsNoDocumentIsRefused) {
  const std::string path = "DocumentReference.content[0].attachment";
  struct Case {
    std::string body;
    int status;
    std::string issue;
  };
  const std::string no_author =
      R"({"resourceType":"DocumentReference","status":"current","subject":{"reference":)"
      R"("Patient/p1"},"content":[{"attachment":)" +
      WithData(kPdf) + "}]}";
  const Case cases[] = {
      {Document(WithData("")), 422, "invalid " + path + ".data"},
      {Document(WithData("PK\x03\x04 not a PDF %%EOF")), 422, "invalid " + path + ".data"},
      {Document(WithData("%PDF-1.7 cut off")), 422, "invalid " + path + ".data"},
      {Document(WithData("%PDF-1.7 %%EOF" + std::string(2000, ' '))), 422,
       "invalid " + path + ".data"},
      {Document(WithData(kPdf, "image/png")), 422, "not-supported " + path + ".contentType"},
      {Document(R"({"contentType":"application/pdf","url":"Binary/none"})"), 422,
       "not-found " + path + ".url"},
      {Document(WithData(kPdf), R"(,"relatesTo":[{"code":"replaces","target":)"
                                R"({"reference":"DocumentReference/none"}}])"),
       422, "not-found DocumentReference.relatesTo"},
      {no_author, 422, "required DocumentReference.author"},
      {Document(WithData(kPdf + std::string(kMostDocumentBytes, ' '))), 413,
       "too-long " + path + ".data"},
  };
  for (const auto& c : cases) {
    const auto response = Ask("POST", "DocumentReference", c.body);
    EXPECT_EQ(response.status, c.status) << c.body.substr(0, 400) << response.body;
    EXPECT_EQ(IssueOf(response), c.issue);
  }
  EXPECT_TRUE(desk_.submissions().empty());
  SetSwitches([](store::Switches& on) { on.patients_out = true; });
  const auto off = Ask("POST", "DocumentReference", Document(WithData(kPdf)));
  EXPECT_EQ(off.status, 403);
  EXPECT_THAT(TextOf(off), HasSubstr("\"reports_out\""));
}

TEST_F(WriteDocuments, ACorrectionNamesWhatItReplaces) {
  const auto first = Ask("POST", "DocumentReference", Document(WithData(kPdf)));
  const std::string id(json::Parse(first.body)->Text("id"));
  const auto second =
      Ask("POST", "DocumentReference",
          Document(WithData(kPdf), R"(,"relatesTo":[{"code":"replaces","target":{"reference":)"
                                   R"("DocumentReference/)" +
                                       id + R"("}}])"));
  EXPECT_EQ(second.status, 201) << second.body;
  EXPECT_EQ(std::get<model::AttachDocument>(desk_.submissions().at(1).body).replaces, id);
}

TEST_F(WriteDocuments, ARepeatTellsOfTheSameDocument) {
  const net::Headers key = {{"Idempotency-Key", "report-1"}};
  const auto body = Document(WithData(kPdf));
  const auto first = Ask("POST", "DocumentReference", body, key);
  const auto again = Ask("POST", "DocumentReference", body, key);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(desk_.submissions().size(), 1u);
  desk_.set_script(Ended(State::kRejected, Fault::kRejected, "No room."));
  EXPECT_EQ(Ask("POST", "DocumentReference", body).status, 422);
}

TEST_F(WriteDocuments, UploadsAreTheAppsOwnAndServeOneDay) {
  const auto raw = Ask("POST", "Binary", kPdf, {{"Content-Type", "application/pdf"}});
  ASSERT_EQ(raw.status, 201) << raw.body;
  const std::string id(json::Parse(raw.body)->Text("id"));
  EXPECT_EQ(HeaderOf(raw, "location"), base_ + "/fhir/R4/Binary/" + id);
  EXPECT_EQ(Get("/fhir/R4/Binary/" + id).body, kPdf);
  EXPECT_EQ(Send("GET", "/fhir/R4/Binary/" + id, {{"Authorization", "Bearer " + TokenOf("app-2")}})
                .status,
            404);
  const auto document =
      Ask("POST", "DocumentReference",
          Document(R"({"contentType":"application/pdf","url":"Binary/)" + id + R"("})"));
  EXPECT_EQ(document.status, 201) << document.body;
  EXPECT_EQ(*desk_.submissions().at(0).content, kPdf);

  const auto resource = Ask("POST", "Binary",
                            R"({"resourceType":"Binary","contentType":"application/pdf","data":")" +
                                crypto::Base64(kPdf) + R"("})");
  ASSERT_EQ(resource.status, 201) << resource.body;
  EXPECT_EQ(Get("/fhir/R4/Binary/" + std::string(json::Parse(resource.body)->Text("id"))).body,
            kPdf);
  clock_.Step(std::chrono::hours(25));
  write_token_.clear();
  token_.clear();
  EXPECT_EQ(Get("/fhir/R4/Binary/" + id).status, 404);
}

TEST_F(WriteDocuments, UploadsThatAreNoneAreRefused) {
  EXPECT_EQ(Ask("POST", "Binary", "", {{"Content-Type", "application/pdf"}}).status, 422);
  EXPECT_EQ(Ask("POST", "Binary", "x", {{"Content-Type", "nonsense"}}).status, 415);
  EXPECT_EQ(Ask("POST", "Binary", R"({"resourceType":"Patient"})").status, 422);
  EXPECT_EQ(
      Ask("POST", "Binary", R"({"resourceType":"Binary","contentType":"a/b","data":"not base64!"})")
          .status,
      422);
  EXPECT_EQ(Ask("PUT", "Binary/x", "x").status, 405);
  const auto reads = TokenOf("app-1", "system/*.rs");
  EXPECT_EQ(Send("POST", "/fhir/R4/Binary", {{"Authorization", "Bearer " + reads}}, "x").status,
            403);
  SetSwitches([](store::Switches&) {});
  EXPECT_EQ(Ask("POST", "Binary", kPdf, {{"Content-Type", "application/pdf"}}).status, 403);
}

TEST_F(WriteDocuments, OnlyWhoIsSignedInMaySendMuch) {
  const std::string large(2u << 20, 'x');
  const auto send = [&](const std::string& target, const std::string& token,
                        const std::string& body) {
    return Send("POST", target,
                {{"Authorization", "Bearer " + token}, {"Content-Type", "application/pdf"}}, body);
  };
  EXPECT_EQ(send("/fhir/R4/Binary", WriteToken(), large).status, 201);
  const auto stranger = send("/fhir/R4/Binary", "nonsense", large);
  EXPECT_EQ(stranger.status, 413);
  EXPECT_EQ(IssueOf(stranger), "too-long");
  EXPECT_EQ(send("/fhir/R4/Patient", WriteToken(), large).status, 413);
  EXPECT_EQ(send("/fhir/R4/Binary", WriteToken(), std::string(60u << 20, 'x')).status, 413);
}

}  // namespace
}  // namespace pons::api
