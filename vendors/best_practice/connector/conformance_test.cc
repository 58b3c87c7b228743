// SPDX-License-Identifier: Apache-2.0
// The conformance suite over SQL Server's own wire.
#include "vendors/best_practice/connector/conformance_clinic.h"

namespace pons::conformance {
namespace {

class OdbcClinic final : public BestPracticeClinic {
 public:
  using BestPracticeClinic::BestPracticeClinic;

  static Result<std::unique_ptr<Clinic>> Open(std::shared_ptr<MovedClock> clock) {
    PONS_ASSIGN(auto sandbox,
                sandboxes::SandboxProcess::Start(std::string(PONS_BINARY_DIR) + "/bin/pons-sandbox",
                                                 {"best_practice", "--password", kPassword,
                                                  "--patients", "0", "--appointments", "0"}));
    const int port = std::stoi(sandbox->wire_port());
    auto clinic = std::make_unique<OdbcClinic>(std::move(clock), std::move(sandbox), port);
    PONS_TRY(clinic->Begin());
    return std::unique_ptr<Clinic>(std::move(clinic));
  }

  const Connector& connector() const override { return connector_; }
  Settings GoodSettings() const override { return SettingsWith(wire_.port(), kPassword); }
  Settings WrongPassword() const override {
    return SettingsWith(wire_.port(), "not the hidden horse");
  }
  Settings Unreachable(Nowhere kind) override {
    mute_ = std::make_unique<MutePort>(kind == Nowhere::kAcceptsAndIsSilent);
    return SettingsWith(mute_->port(), kPassword);
  }
  Result<std::unique_ptr<Clinic>> Another() override { return Open(clock_); }

 private:
  Settings SettingsWith(int port, std::string password) const {
    Settings settings;
    settings.Set("server", "127.0.0.1");
    settings.Set("port", std::to_string(port));
    settings.Set("connect_timeout_ms", "4000");
    settings.SetSecret("password", std::move(password));
    settings.Set("report_folder", sandbox_->reports());
    // So that a title comes back as it was sent.
    settings.Set("report_character_set", "UTF-8");
    return settings;
  }

  const best_practice::BestPracticeConnector connector_;
  std::unique_ptr<MutePort> mute_;
};

Subject BestPracticeSubject() {
  static const best_practice::BestPracticeConnector connector;
  return {"best_practice", &connector.descriptor(), []() -> Result<std::unique_ptr<Clinic>> {
            return OdbcClinic::Open(std::make_shared<MovedClock>());
          }};
}

}  // namespace

PONS_CONFORMANCE(BestPractice, BestPracticeSubject());

}  // namespace pons::conformance
