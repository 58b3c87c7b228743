// SPDX-License-Identifier: Apache-2.0
// Documents into a practice through its results import: the file, the import, the unchecked report,
// and folders that are missing, locked, full, or watched by nobody.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/clock_fake.h"
#include "live_fixture.h"

namespace pons::best_practice {
namespace {

namespace fs = std::filesystem;
using std::chrono::minutes;

class BestPracticeReports : public BestPracticeLive {
 protected:
  void SetUp() override {
    BestPracticeLive::SetUp();
    if (HasFatalFailure()) return;
    patient_ = Patient("Ada", "Sample");
    folder_ = sandbox_->reports();
    ASSERT_FALSE(folder_.empty());
    Say("POST", "/clinic/importer", Object{{"running", false}});
    opened_ = Open(SettingsWith());
  }

  Settings SettingsWith(std::initializer_list<std::pair<std::string, std::string>> more = {}) {
    auto settings = SettingsFor(port());
    settings.Set("report_folder", folder_);
    for (const auto& [key, value] : more) settings.Set(key, value);
    return settings;
  }
  model::AttachDocument Document(std::string id = "doc1") {
    model::AttachDocument document;
    document.document_id = std::move(id);
    document.patient = {Stream::kPatients, patient_};
    document.author = {Stream::kPractitioners, practitioner_};
    document.location = {Stream::kLocations, location_};
    document.title = "Dermatology timeline | report ^~\\&";
    document.type = {"http://loinc.org", "11488-4", "Consultation note"};
    document.content_type = "application/pdf";
    document.content = std::make_shared<const std::string>(pdf_);
    document.date = SystemClock().Now();
    return document;
  }
  Command Of(model::AttachDocument document) {
    Command command;
    command.id = "c" + std::to_string(++count_);
    command.reference = "REPORTAB" + std::to_string(10 + count_);
    command.body = std::make_shared<const model::CommandBody>(std::move(document));
    command.first_sent = clock_->Now();
    command.deadline = clock_->Now() + seconds(20);
    return command;
  }
  CommandSink& Sink() { return *opened_.session->commands(); }
  std::vector<std::string> Files() {
    std::vector<std::string> names;
    for (const auto& one : fs::directory_iterator(folder_)) {
      names.push_back(one.path().filename());
    }
    return names;
  }
  Value Reports() { return Ask("GET", "/clinic/reports?patient=" + patient_); }
  Error Refused(const model::AttachDocument& document) {
    auto refused = Sink().Apply(Of(document));
    EXPECT_FALSE(refused);
    if (refused) return {};
    EXPECT_EQ(refused.error().effect, Effect::kNone);
    return refused.error();
  }

  std::string patient_, folder_;
  const std::string pdf_ = "%PDF-1.7\n" + std::string("\0\r\n|^~\\&\x0b\x1c\xff", 11) + "\n%%EOF";
  Opened opened_;
  int count_ = 0;
};

TEST_F(BestPracticeReports, AReportIsImportedAndShownWithItsBytes) {
  const auto command = Of(Document());
  const auto applied = Sink().Apply(command);
  ASSERT_TRUE(applied) << applied.error().summary;
  EXPECT_EQ(Files(), std::vector<std::string>{"pons_reportab11.hl7"});
  auto confirmed = Sink().Confirm(command, *applied);
  ASSERT_TRUE(confirmed) << confirmed.error().summary;
  EXPECT_EQ(confirmed->kind, Confirmation::Kind::kWaiting);
  EXPECT_FALSE(confirmed->needs_attention);
  EXPECT_EQ(Sink().FindEffect(command)->kind, Trace::Kind::kFound);
  ASSERT_TRUE(Sink().Apply(command)) << "a repeat finds the file";
  EXPECT_EQ(Files().size(), 1u);

  Say("POST", "/clinic/importer", Object{{"run_now", true}});
  EXPECT_TRUE(Files().empty());
  confirmed = Sink().Confirm(command, *applied);
  ASSERT_TRUE(confirmed) << confirmed.error().summary;
  EXPECT_EQ(confirmed->kind, Confirmation::Kind::kConfirmed) << confirmed->note;
  EXPECT_EQ(Sink().FindEffect(command)->kind, Trace::Kind::kFound);
  ASSERT_TRUE(Sink().Apply(command));
  EXPECT_TRUE(Files().empty()) << "what has been imported is not written again";

  const auto reports = Reports();
  ASSERT_EQ(reports.Find("reports")->array()->size(), 1u);
  const auto& report = reports.Find("reports")->array()->front();
  EXPECT_EQ(report.Text("state"), "unchecked") << "patient and doctor were recognised";
  EXPECT_EQ(report.Text("patient"), patient_);
  EXPECT_EQ(report.Text("title"), "Dermatology timeline | report ^~\\&");
  EXPECT_EQ(report.Text("report_id"), applied->ref.id);
  EXPECT_EQ(report.Text("control_id"), command.reference);
  EXPECT_NE(report.Text("addressed_to").find("Tester"), std::string::npos);
  const auto bytes =
      control_->Bytes("/clinic/reports/" + std::string(report.Text("id")) + "/document");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, pdf_);
}

TEST_F(BestPracticeReports, ACorrectionHasTheNumberOfWhatItCorrects) {
  const auto first = Sink().Apply(Of(Document("doc1")));
  ASSERT_TRUE(first);
  Say("POST", "/clinic/importer", Object{{"run_now", true}});
  auto corrected = Document("doc2");
  corrected.replaces = "doc1";
  const auto command = Of(corrected);
  const auto second = Sink().Apply(command);
  ASSERT_TRUE(second) << second.error().summary;
  EXPECT_EQ(second->ref, first->ref);
  ASSERT_EQ(Files().size(), 1u) << "the one before does not stand for it";
  Say("POST", "/clinic/importer", Object{{"run_now", true}});
  const auto confirmed = Sink().Confirm(command, *second);
  ASSERT_TRUE(confirmed);
  EXPECT_EQ(confirmed->kind, Confirmation::Kind::kConfirmed) << confirmed->note;
  EXPECT_NE(Sink().Apply(Of(Document("doc3")))->ref, first->ref);
}

TEST_F(BestPracticeReports, WhatIsNoReportIsRefused) {
  auto document = Document();
  document.content = std::make_shared<const std::string>("");
  EXPECT_EQ(Refused(document).fault, Fault::kRejected);
  document.content = std::make_shared<const std::string>("GIF89a");
  EXPECT_EQ(Refused(document).vendor_code, "not-a-pdf");
  document.content = std::make_shared<const std::string>("%PDF-1.7" + std::string(60u << 20, ' '));
  EXPECT_EQ(Refused(document).vendor_code, "too-large");
  document = Document();
  document.content_type = "image/png";
  EXPECT_EQ(Refused(document).fault, Fault::kRejected);
  document = Document();
  document.title = std::string(81, 'x');
  EXPECT_NE(Refused(document).summary.find("title"), std::string::npos);
  document = Document();
  document.patient.id = "99999";
  EXPECT_EQ(Refused(document).fault, Fault::kNotFound);
  document = Document();
  document.author.id = "99999";
  EXPECT_EQ(Refused(document).fault, Fault::kRejected);
  document = Document();
  document.patient.id = Patient("Ada", std::string(31, 'W'));
  EXPECT_NE(Refused(document).summary.find("name"), std::string::npos);
  EXPECT_TRUE(Files().empty());
}

TEST_F(BestPracticeReports, FoldersThatCannotBeUsedLoseNothing) {
  struct Case {
    std::string folder;
    Fault fault;
    std::string says;
  };
  const auto file = folder_ + "/not-a-folder.txt";
  std::ofstream(file) << "x";
  for (const auto& one : {Case{folder_ + "/none", Fault::kMisconfigured, "no such folder"},
                          Case{file, Fault::kMisconfigured, "not a folder"}}) {
    opened_ = Open(SettingsWith({{"report_folder", one.folder}}));
    const auto error = Refused(Document());
    EXPECT_EQ(error.fault, one.fault) << error.summary;
    EXPECT_NE(error.summary.find(one.says), std::string::npos) << error.summary;
    EXPECT_NE(error.summary.find("report_folder"), std::string::npos);
  }
  fs::remove(file);

  // No room: a limit on the size of files stands in for a full disk.
  opened_ = Open(SettingsWith());
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit little = before;
  little.rlim_cur = 512;
  setrlimit(RLIMIT_FSIZE, &little);
  const auto command = Of(Document());
  const auto full = Sink().Apply(command);
  setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().fault, Fault::kUnavailable) << full.error().summary;
  EXPECT_EQ(full.error().effect, Effect::kNone);
  EXPECT_TRUE(Files().empty());
  EXPECT_EQ(Sink().FindEffect(command)->kind, Trace::Kind::kNone);
  ASSERT_TRUE(Sink().Apply(command)) << "there is room again";
  EXPECT_EQ(Files().size(), 1u);
}

TEST_F(BestPracticeReports, ALockedFolderNamesTheAccount) {
  fs::permissions(folder_, fs::perms(0555));
  if (geteuid() == 0 && seteuid(65534) != 0) GTEST_SKIP() << "cannot play another account";
  const auto refused = Sink().Apply(Of(Document()));
  if (getuid() == 0) {
    ASSERT_EQ(seteuid(0), 0);
  }
  fs::permissions(folder_, fs::perms(0755));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kForbidden) << refused.error().summary;
  EXPECT_EQ(refused.error().effect, Effect::kNone);
  EXPECT_NE(refused.error().summary.find("the account \""), std::string::npos);
}

TEST_F(BestPracticeReports, AnImporterThatDoesNotRunIsNoticed) {
  FakeClock clock(SystemClock().Now());
  clock_ = &clock;
  opened_ = Open(SettingsWith());
  const auto command = Of(Document());
  const auto applied = Sink().Apply(command);
  ASSERT_TRUE(applied) << applied.error().summary;
  clock.Step(minutes(14));
  EXPECT_FALSE(Sink().Confirm(command, *applied)->needs_attention);
  clock.Step(minutes(2));
  auto late = command;
  late.deadline = clock.Now() + seconds(10);
  auto confirmed = Sink().Confirm(late, *applied);
  ASSERT_TRUE(confirmed) << confirmed.error().summary;
  EXPECT_EQ(confirmed->kind, Confirmation::Kind::kWaiting);
  EXPECT_TRUE(confirmed->needs_attention);
  EXPECT_NE(confirmed->note.find("importer not running"), std::string::npos);
  EXPECT_TRUE(confirmed->look_again);

  // Taken away by somebody else: neither imported nor there.
  fs::remove(fs::path(folder_) / Files().front());
  confirmed = Sink().Confirm(late, *applied);
  ASSERT_TRUE(confirmed);
  EXPECT_EQ(confirmed->kind, Confirmation::Kind::kWaiting);
  clock.Step(minutes(6));
  late.deadline = clock.Now() + seconds(10);
  confirmed = Sink().Confirm(late, *applied);
  ASSERT_TRUE(confirmed);
  EXPECT_EQ(confirmed->kind, Confirmation::Kind::kFailed);
  EXPECT_TRUE(confirmed->needs_attention);
}

TEST_F(BestPracticeReports, AnExtensionThatIsNotImportedIsNamed) {
  opened_ = Open(SettingsWith({{"report_extension", "zzz"}}));
  const auto error = Refused(Document());
  EXPECT_EQ(error.fault, Fault::kMisconfigured);
  EXPECT_NE(error.summary.find("report_extension"), std::string::npos) << error.summary;
  EXPECT_TRUE(Files().empty());
}

TEST_F(BestPracticeReports, AnAcknowledgementTells) {
  char name[] = "/tmp/pons_acks_XXXXXX";
  const std::string acks = mkdtemp(name);
  opened_ = Open(SettingsWith({{"ack_folder", acks}}));
  for (const auto* code : {"AE", "AA"}) {
    const auto command = Of(Document(std::string("doc") + code));
    const auto applied = Sink().Apply(command);
    ASSERT_TRUE(applied) << applied.error().summary;
    fs::remove(fs::path(folder_) / Files().front());
    std::ofstream(acks + "/" + command.reference + ".ack")
        << "MSH|^~\\&|BPS|||PONS|20260504||ACK^R01|1|P|2.4\rMSA|" << code << "|"
        << command.reference << "\r";
    const auto confirmed = Sink().Confirm(command, *applied);
    ASSERT_TRUE(confirmed) << confirmed.error().summary;
    EXPECT_EQ(confirmed->kind, std::string_view(code) == "AA" ? Confirmation::Kind::kConfirmed
                                                              : Confirmation::Kind::kFailed);
  }
  fs::remove_all(acks);
}

TEST_F(BestPracticeReports, WithoutAFolderNothingIsTaken) {
  const auto settings = SettingsFor(port());
  const auto supports = connector_.Supports(settings, model::CommandKind::kAttachDocument);
  ASSERT_FALSE(supports);
  EXPECT_EQ(supports.error().fault, Fault::kUnsupported);
  EXPECT_NE(supports.error().summary.find("report_folder"), std::string::npos);
  EXPECT_TRUE(connector_.Supports(SettingsWith(), model::CommandKind::kAttachDocument));
  opened_ = Open(settings);
  EXPECT_EQ(Refused(Document()).fault, Fault::kUnsupported);
}

TEST_F(BestPracticeReports, TheSecondRouteBindsItsValues) {
  auto settings = SettingsFor(port());
  settings.Set("document_command",
               "DECLARE @id INT; EXEC @id = SANDBOX_AddDocument @InternalID={patient_id}, "
               "@Title={title}, @ContentType={content_type}, @Content={content}; "
               "SELECT @id AS DocumentId");
  ASSERT_TRUE(connector_.Supports(settings, model::CommandKind::kAttachDocument));
  opened_ = Open(settings);
  auto document = Document();
  document.title = "It's; DROP TABLE PATIENTS --";
  const auto large = "%PDF-1.7\n" + std::string(300'000, 'x');
  document.content = std::make_shared<const std::string>(large);
  const auto command = Of(document);
  const auto applied = Sink().Apply(command);
  ASSERT_TRUE(applied) << applied.error().summary;
  EXPECT_EQ(Sink().Confirm(command, *applied)->kind, Confirmation::Kind::kConfirmed);
  const auto images = Ask("GET", "/clinic/images?patient=" + patient_);
  ASSERT_EQ(images.Find("images")->array()->size(), 1u);
  const auto& image = images.Find("images")->array()->front();
  EXPECT_EQ(image.Text("title"), document.title);
  const auto bytes =
      control_->Bytes("/clinic/images/" + std::string(image.Text("id")) + "/document");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->size(), large.size());
  EXPECT_TRUE(*bytes == large);
  EXPECT_EQ(Sink().FindEffect(command)->kind, Trace::Kind::kCannotTell);
}

}  // namespace
}  // namespace pons::best_practice
