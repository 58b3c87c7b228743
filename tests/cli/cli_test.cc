// SPDX-License-Identifier: Apache-2.0
// Runs the built program as a person or a script would, on a data folder of its own, with and
// without a server.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "json/value.h"

namespace pons {
namespace {

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

class Cli : public testing::Test {
 protected:
  Cli() {
    char name[] = "/tmp/pons-cli-XXXXXX";
    folder_ = mkdtemp(name);
    data_ = folder_ + "/data";
  }
  ~Cli() override {
    StopServer(SIGTERM);
    std::filesystem::remove_all(folder_);
  }

  pid_t Spawn(const std::vector<std::string>& words, const std::string& in, const std::string& out,
              const std::string& err) {
    std::vector<std::string> all = {PONS_PROGRAM};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> argv;
    for (auto& word : all) argv.push_back(word.data());
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child != 0) return child;
    dup2(open(in.c_str(), O_RDONLY), STDIN_FILENO);
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    setenv("PONS_DATA", data_.c_str(), 1);
    execv(argv[0], argv.data());
    _exit(127);
  }

  Outcome Run(const std::vector<std::string>& words, const std::string& typed = "") {
    std::ofstream(folder_ + "/in") << typed;
    const pid_t child = Spawn(words, folder_ + "/in", folder_ + "/out", folder_ + "/err");
    int status = 0;
    waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(folder_ + "/out"),
            ReadFile(folder_ + "/err")};
  }

  json::Value RunJson(std::vector<std::string> words, const std::string& typed = "") {
    words.emplace_back("--json");
    const auto outcome = Run(words, typed);
    EXPECT_EQ(outcome.code, 0) << words[0] << ": " << outcome.err;
    auto value = json::Parse(outcome.out);
    EXPECT_TRUE(value) << outcome.out;
    return value ? std::move(value).value() : json::Value();
  }

  void StartServer() {
    // The line "ready …" comes through a pipe, so nothing sleeps until it is there.
    const std::string fifo = folder_ + "/ready";
    mkfifo(fifo.c_str(), 0600);
    server_ = Spawn({"serve", "--listen", "127.0.0.1:0", "--development"}, "/dev/null", fifo,
                    folder_ + "/server.log");
    std::ifstream ready(fifo);
    std::string line;
    std::getline(ready, line);
    ASSERT_TRUE(line.starts_with("ready ")) << ReadFile(folder_ + "/server.log");
    unlink(fifo.c_str());
  }
  void StopServer(int signal) {
    if (server_ <= 0) return;
    kill(server_, signal);
    waitpid(server_, nullptr, 0);
    server_ = -1;
  }

  void SetUpPractice() {
    RunJson({"org", "add", "Harbour"});
    RunJson({"connection", "add", "--org", "Harbour", "--vendor", "memory", "--time-zone",
             "Australia/Sydney", "--set", "practice=demo", "--secret", "password=-"},
            "demo\n");
    RunJson({"app", "add", "Skin Viewer"});
    RunJson({"grant", "add", "--app", "Skin Viewer", "--connection", "Memory", "--mode", "all",
             "--all-locations-to", "main"});
  }

  std::string folder_;
  std::string data_;
  pid_t server_ = -1;
};

std::size_t ItemCount(const json::Value& answer) {
  const auto* items = answer.Find("items");
  return items != nullptr && items->array() != nullptr ? items->array()->size() : 0;
}

TEST_F(Cli, HelpHasAnExample) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"org", "add"},
                                                {"connection", "add"},
                                                {"grant", "add"},
                                                {"webhook", "replay"},
                                                {"explain"},
                                                {"doctor"},
                                                {"status"},
                                                {"report", "render"},
                                                {"report", "example"},
                                                {"serve"}}) {
    auto asked = words;
    asked.emplace_back("--help");
    const auto help = Run(asked);
    EXPECT_EQ(help.code, 0);
    EXPECT_NE(help.out.find("Example: pons " + words[0]), std::string::npos) << help.out;
  }
}

TEST_F(Cli, AWrongWordSuggestsTheRightOne) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"conection", "list"}, "did you mean connection?"},
      {{"connection", "lst"}, "did you mean list?"},
      {{"app", "rotate"}, "did you mean rotate-secret?"},
      {{"grant", "add", "--conection", "x"}, "did you mean --connection?"},
      {{"doktor"}, "did you mean doctor?"},
      {{"frobnicate"}, "pons --help lists them"},
  };
  for (const auto& [words, told] : cases) {
    const auto outcome = Run(words);
    EXPECT_EQ(outcome.code, 2) << words[0];
    EXPECT_NE(outcome.err.find(told), std::string::npos) << outcome.err;
    EXPECT_TRUE(outcome.out.empty());
  }
}

TEST_F(Cli, AMistypedFolderIsNotAnEmptyPons) {
  const auto outcome = Run({"status"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_NE(outcome.err.find("there is no Pons data in " + data_), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(data_));
}

TEST_F(Cli, FailuresAreToldToPeopleAndPrograms) {
  RunJson({"org", "add", "Harbour"});
  const auto outcome = Run({"grant", "show", "grant-none", "--json"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_NE(outcome.err.find("pons: there is no grant \"grant-none\""), std::string::npos);
  const auto told = json::Parse(outcome.out);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->Text("fault"), "not_found");
}

TEST_F(Cli, APracticeIsSetUpAndShownInATable) {
  SetUpPractice();
  const auto listed = Run({"connection", "list"});
  EXPECT_TRUE(listed.out.starts_with("1 connection.\n\nID")) << listed.out;
  EXPECT_NE(listed.out.find("Harbour"), std::string::npos);
  EXPECT_EQ(listed.out.find("\x1b["), std::string::npos) << "colours only on a terminal";
  EXPECT_EQ(Run({"connection", "probe", "Memory"}).code, 0);
  EXPECT_EQ(Run({"audit", "verify"}).code, 0);
  EXPECT_EQ(Run({"doctor"}).code, 0);
}

TEST_F(Cli, TheWrongPasswordIsRefusedAndNothingAdded) {
  RunJson({"org", "add", "Harbour"});
  const auto outcome =
      Run({"connection", "add", "--org", "Harbour", "--vendor", "memory", "--time-zone",
           "Australia/Sydney", "--set", "practice=demo", "--secret", "password=-"},
          "wrong-one\n");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err.find("wrong-one"), std::string::npos);
  EXPECT_EQ(ItemCount(RunJson({"connection", "list"})), 0u);
}

TEST_F(Cli, SecretsComeFromFilesToo) {
  RunJson({"org", "add", "Harbour"});
  std::ofstream(folder_ + "/password") << "demo\n";
  RunJson({"connection", "add", "--org", "Harbour", "--vendor", "memory", "--time-zone",
           "Australia/Sydney", "--set", "practice=demo", "--secret",
           "password=@" + folder_ + "/password"});
  EXPECT_EQ(ItemCount(RunJson({"connection", "list"})), 1u);
  std::ofstream(folder_ + "/keys") << R"({"keys":[{"kty":"EC","crv":"P-384"}]})";
  const auto app = RunJson({"app", "add", "Keys", "--jwks", "@" + folder_ + "/keys"});
  EXPECT_EQ(app.Find("client_secret"), nullptr);
}

TEST_F(Cli, WhatPeopleTypedCannotMoveTheCursor) {
  RunJson({"org", "add", "A\x1b[31mB\nC"});
  const auto listed = Run({"org", "list"});
  EXPECT_EQ(listed.out.find('\x1b'), std::string::npos);
  EXPECT_NE(listed.out.find("A [31mB C"), std::string::npos) << listed.out;
}

TEST_F(Cli, WithAServerTheServerDoesIt) {
  StartServer();
  SetUpPractice();
  const auto status = RunJson({"status"});
  EXPECT_EQ(status.Text("server"), "running");
  EXPECT_EQ(ItemCount(status), 1u);
  EXPECT_EQ(Run({"doctor"}).code, 0) << Run({"doctor"}).out;
  const auto refused = Run({"grant", "show", "none"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_NE(refused.err.find("pons grant list shows them"), std::string::npos);
  StopServer(SIGTERM);
  EXPECT_FALSE(std::filesystem::exists(data_ + "/admin.token"));
  EXPECT_EQ(RunJson({"status"}).Text("server"), "not running");
  EXPECT_EQ(ItemCount(RunJson({"grant", "list"})), 1u);
}

TEST_F(Cli, AfterAKilledServerTheCommandLineGoesOn) {
  StartServer();
  RunJson({"org", "add", "Harbour"});
  StopServer(SIGKILL);
  EXPECT_TRUE(std::filesystem::exists(data_ + "/admin.token")) << "it had no time to tidy up";
  EXPECT_EQ(ItemCount(RunJson({"org", "list"})), 1u);
  RunJson({"org", "add", "Quay"});
  EXPECT_EQ(Run({"audit", "verify"}).code, 0);
}

TEST_F(Cli, ASecondServerOnTheSameFolderIsRefused) {
  StartServer();
  const auto second = Run({"serve", "--listen", "127.0.0.1:0"});
  EXPECT_EQ(second.code, 1);
  EXPECT_NE(second.err.find("another pons process is using it"), std::string::npos) << second.err;
  EXPECT_EQ(Run({"status"}).code, 0) << "the first one is unharmed";
}

TEST_F(Cli, AttentionHasItsOwnExitCode) {
  SetUpPractice();
  EXPECT_EQ(Run({"status", "--check"}).code, 0);
  std::filesystem::permissions(data_, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  // Opening the store mends the folder's own rights, so the key is what stays open.
  std::filesystem::permissions(data_ + "/master.key", std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const auto doctor = Run({"doctor"});
  EXPECT_EQ(doctor.code, 5) << doctor.out;
  EXPECT_NE(doctor.out.find("Next: chmod 600 " + data_ + "/master.key"), std::string::npos);
}

TEST_F(Cli, AReportIsDrawnFromAFile) {
  const std::string bundle = folder_ + "/report.json";
  const std::string pdf = folder_ + "/report.pdf";
  const auto example = Run({"report", "example", "-o", bundle, "--spots", "1", "--images", "1"});
  ASSERT_EQ(example.code, 0) << example.err;
  const auto drawn = Run({"report", "render", bundle, "-o", pdf});
  EXPECT_EQ(drawn.code, 0) << drawn.err;
  EXPECT_NE(drawn.out.find("2 pages, 1 images"), std::string::npos) << drawn.out;
  EXPECT_EQ(ReadFile(pdf).substr(0, 5), "%PDF-");
  EXPECT_FALSE(std::filesystem::exists(data_)) << "no data folder is needed";
}

TEST_F(Cli, AReportThatCannotBeDrawnSaysWhere) {
  const std::string bundle = folder_ + "/report.json";
  const std::string pdf = folder_ + "/report.pdf";
  EXPECT_EQ(Run({"report", "render", bundle, "-o", pdf}).code, 3);
  std::ofstream(bundle) << R"({"resourceType":"Bundle","type":"collection"})";
  const auto wrong = Run({"report", "render", bundle, "-o", pdf});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_NE(wrong.err.find("Bundle.type"), std::string::npos) << wrong.err;
  EXPECT_FALSE(std::filesystem::exists(pdf));
  // An image beside the document, which is not there, and then is.
  std::ofstream(bundle) << R"({"resourceType":"Bundle","type":"document",
    "identifier":{"value":"R1"},"entry":[
    {"resource":{"resourceType":"Composition","status":"final","subject":{"reference":"Patient/a"},
      "date":"2026","title":"T","author":[{"display":"Dr B"}]}},
    {"resource":{"resourceType":"Patient","id":"a","name":[{"text":"Ann"}]}},
    {"resource":{"resourceType":"Media","status":"completed","content":{"url":"Binary/arm"}}}]})";
  const auto missing = Run({"report", "render", bundle, "-o", pdf});
  EXPECT_EQ(missing.code, 5) << missing.err;
  EXPECT_NE(missing.err.find("Bundle.entry[2].resource.content"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(pdf)) << "the report shows that an image is missing";
  std::filesystem::create_directory(folder_ + "/photos");
  std::filesystem::copy_file(
      std::string(PONS_SOURCE_DIR) + "/tests/fuzz/corpus/report_image/png_rgb",
      folder_ + "/photos/arm.png");
  EXPECT_EQ(Run({"report", "render", bundle, "-o", pdf, "--images", folder_ + "/photos"}).code, 5)
      << "two bytes too many in front: no image";
  const auto bytes = ReadFile(folder_ + "/photos/arm.png").substr(2);
  std::ofstream(folder_ + "/photos/arm.png", std::ios::binary) << bytes;
  EXPECT_EQ(Run({"report", "render", bundle, "-o", pdf, "--images", folder_ + "/photos"}).code, 0);
  const auto zone = Run({"report", "render", bundle, "-o", pdf, "--time-zone", "Sydney"});
  EXPECT_NE(zone.code, 0);
}

}  // namespace
}  // namespace pons
