// SPDX-License-Identifier: Apache-2.0
// The change feed and webhooks, over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "api/test_world.h"

namespace pons::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ManageTest : public World {
 protected:
  net::HttpResponse Do(const std::string& method, const std::string& path,
                       const std::string& body = "", const std::string& token = "") {
    return Send(method, path,
                {{"Authorization", "Bearer " + (token.empty() ? Token() : token)},
                 {"Content-Type", "application/json"}},
                body);
  }
  static std::string Text(const net::HttpResponse& response, std::string_view key) {
    const auto value = json::Parse(response.body);
    return value ? std::string(value->Text(key)) : "";
  }
};

TEST_F(ManageTest, ChangesByCursor) {
  for (int i = 0; i < 5; ++i) Put(Patient("p" + std::to_string(i), "A", "B", "1984-07-02"));
  Put(Patient("theirs", "A", "B", "1984-07-02"), other_grant_);
  const auto first = GetJson("/api/changes?limit=3");
  ASSERT_EQ(first.Find("changes")->array()->size(), 3u);
  EXPECT_EQ(*first.Find("more")->boolean(), true);
  const auto& change = (*first.Find("changes")->array())[0];
  EXPECT_EQ(change.Text("type"), "patient.created");
  EXPECT_EQ(change.Find("data")->Text("id"), "p0");
  EXPECT_EQ(change.Find("data")->Text("appLocation"), "north");
  EXPECT_EQ(change.Find("data")->Text("organization"), "org-1");
  EXPECT_EQ(change.Find("data")->Text("connection"), "con-1");
  const auto second = GetJson("/api/changes?limit=3&since=" + std::string(first.Text("next")));
  EXPECT_EQ(second.Find("changes")->array()->size(), 2u);
  EXPECT_EQ(*second.Find("more")->boolean(), false);
  const auto third = GetJson("/api/changes?since=" + std::string(second.Text("next")));
  EXPECT_TRUE(third.Find("changes")->array()->empty());
  EXPECT_EQ(third.Text("next"), second.Text("next"));
  EXPECT_TRUE(GetJson("/api/changes?since=now").Find("changes")->array()->empty());
}

TEST_F(ManageTest, RefusesCursorsThatAreNone) {
  EXPECT_EQ(Get("/api/changes?since=abc").status, 400);
  EXPECT_EQ(Get("/api/changes?since=-1").status, 400);
  EXPECT_EQ(Get("/api/changes?limit=0").status, 400);
  EXPECT_EQ(Get("/api/changes?since=999999").status, 410);
}

TEST_F(ManageTest, ALongPollEndsWithTheNews) {
  Token();
  std::thread writer;
  {
    // The write comes from another thread while the call waits; whether before or after it began
    // to wait, it is answered.
    writer = std::thread([this] { Put(Patient("new", "A", "B", "1984-07-02")); });
  }
  const auto page = GetJson("/api/changes?since=0&wait_seconds=30");
  writer.join();
  ASSERT_EQ(page.Find("changes")->array()->size(), 1u);
  EXPECT_EQ((*page.Find("changes")->array())[0].Find("data")->Text("id"), "new");
}

TEST_F(ManageTest, ALongPollHearsOnlyItsOwn) {
  const std::string theirs = TokenOf("app-2");
  std::thread waiting([&] {
    const auto response = Do("GET", "/api/changes?since=0&wait_seconds=30", "", theirs);
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, HasSubstr("\"for-them\""));
    EXPECT_THAT(response.body, Not(HasSubstr("\"for-us\"")));
  });
  Put(Patient("for-us", "A", "B", "1984-07-02"));
  Put(Patient("for-them", "A", "B", "1984-07-02"), other_grant_);
  waiting.join();
}

TEST_F(ManageTest, ALongPollIsAnsweredWhenTheServerStops) {
  Token();
  std::thread waiting([&] {
    const auto response = Do("GET", "/api/changes?since=0&wait_seconds=30");
    EXPECT_EQ(response.status, 200);
  });
  // Until the call has arrived, stopping would refuse it.
  while (Send("GET", "/metrics").body.find("pons_api_waiting 1") == std::string::npos) {
    std::this_thread::yield();
  }
  api_->Drain();
  waiting.join();
}

TEST_F(ManageTest, MakesShowsAndDeletesWebhooks) {
  const auto made = Do("POST", "/api/webhooks",
                       R"({"url":"http://127.0.0.1:9/hook","events":["encounter.created"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = Text(made, "id");
  EXPECT_THAT(Text(made, "secret"), HasSubstr("whsec_"));
  const auto shown = Do("GET", "/api/webhooks/" + id);
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(Text(shown, "state"), "active");
  EXPECT_EQ(Text(shown, "secret"), "");
  EXPECT_THAT(Do("GET", "/api/webhooks").body, HasSubstr(id));
  const std::string theirs = TokenOf("app-2");
  EXPECT_EQ(Do("GET", "/api/webhooks/" + id, "", theirs).status, 404);
  EXPECT_EQ(Do("DELETE", "/api/webhooks/" + id, "", theirs).status, 404);
  EXPECT_EQ(Do("DELETE", "/api/webhooks/" + id).status, 204);
  EXPECT_EQ(Do("GET", "/api/webhooks/" + id).status, 404);
  EXPECT_THAT(Do("GET", "/api/webhooks").body, Not(HasSubstr(id)));
}

TEST_F(ManageTest, RefusesWebhooksThatCannotWork) {
  EXPECT_EQ(Do("POST", "/api/webhooks", "{}").status, 400);
  EXPECT_EQ(Do("POST", "/api/webhooks", "nonsense").status, 400);
  EXPECT_EQ(Do("POST", "/api/webhooks", R"({"url":"http://a.example","events":["x.y"]})").status,
            400);
  EXPECT_EQ(Do("POST", "/api/webhooks", R"({"url":"http://a.example","events":[1]})").status, 400);
  EXPECT_EQ(Do("PUT", "/api/webhooks", "{}").status, 405);
  EXPECT_EQ(Do("POST", "/api/webhooks/x/frobnicate", "{}").status, 404);
}

TEST_F(ManageTest, TestsAWebhookForReal) {
  std::string received;
  auto receiver = net::StartHttpServer(
      {.threads = 1},
      [&](const net::ServerRequest& request, const net::Responder& respond) {
        received = request.body;
        EXPECT_FALSE(net::FindHeader(request.headers, "webhook-signature").empty());
        respond({});
      },
      log_);
  ASSERT_TRUE(receiver);
  const auto made =
      Do("POST", "/api/webhooks",
         R"({"url":"http://127.0.0.1:)" + std::to_string((*receiver)->port()) + R"(/hook"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto tested = Do("POST", "/api/webhooks/" + Text(made, "id") + "/test");
  EXPECT_EQ(tested.status, 200);
  EXPECT_THAT(tested.body, HasSubstr("\"accepted\":true"));
  (*receiver)->Stop();
  EXPECT_THAT(received, HasSubstr("webhook.test"));
}

TEST_F(ManageTest, ShowsAndRepeatsDeliveries) {
  const auto made = Do("POST", "/api/webhooks", R"({"url":"http://127.0.0.1:9/hook"})");
  const std::string path = "/api/webhooks/" + Text(made, "id");
  Put(Patient("p1", "A", "B", "1984-07-02"));
  const auto log = Do("GET", path + "/deliveries");
  ASSERT_EQ(log.status, 200);
  EXPECT_THAT(log.body, HasSubstr("\"type\":\"patient.created\""));
  EXPECT_THAT(log.body, HasSubstr("\"state\":\"queued\""));
  EXPECT_EQ(Do("POST", path + "/replay", R"({"delivery":12345})").status, 404);
  EXPECT_EQ(Do("POST", path + "/replay", R"({"since":"tomorrow"})").status, 400);
  EXPECT_EQ(Do("POST", path + "/replay", R"({"since":"2026-01-01T00:00:00Z"})").status, 202);
  EXPECT_EQ(Do("POST", path + "/enable").status, 200);
}

}  // namespace
}  // namespace pons::api
