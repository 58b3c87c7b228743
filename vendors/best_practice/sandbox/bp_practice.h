// SPDX-License-Identifier: Apache-2.0
// The practice of this sandbox in the words of the control port, over Bp's tables.
#pragma once

#include <functional>

#include "sandboxkit/practice.h"
#include "vendors/best_practice/sandbox/clinic_store.h"
#include "vendors/best_practice/sandbox/database.h"
#include "vendors/best_practice/sandbox/importer.h"
#include "vendors/best_practice/sandbox/integrations.h"
#include "vendors/best_practice/sandbox/tds_server.h"

namespace pons::best_practice::sandbox {

class BpPractice final : public sandboxkit::Practice {
 public:
  // `user`: the sign-in whose rights POST /rights changes.
  BpPractice(Database& database, Accounts& accounts, Importer& importer, Integrations& integrations,
             std::string user, FillOptions fill)
      : database_(database),
        accounts_(accounts),
        importer_(importer),
        integrations_(integrations),
        user_(std::move(user)),
        fill_(fill) {}

  using FurtherCalls =
      std::function<std::optional<Result<json::Value>>(const sandboxkit::ControlCall&)>;
  void set_further(FurtherCalls further) { further_ = std::move(further); }

  Result<json::Value> List(std::string_view kind, const json::Value& query) override;
  Result<json::Value> Get(std::string_view kind, std::string_view id) override;
  Result<json::Value> Create(std::string_view kind, const json::Value& body) override;
  Result<json::Value> Change(std::string_view kind, std::string_view id,
                             const json::Value& body) override;
  Result<json::Value> Remove(std::string_view kind, std::string_view id, bool vanish) override;
  Result<json::Value> AddHistory(std::string_view patient, const json::Value& body) override;
  Result<json::Value> Raw(const json::Value& body) override;
  Result<json::Value> Rights(const json::Value& body) override;
  Result<json::Value> Reset() override;
  Result<json::Value> Seed(const json::Value& body) override;
  Result<json::Value> Load(const json::Value& body) override;
  Result<json::Value> State() override;
  Result<Instant> FromWallClock(std::string_view reading) override;
  Result<sandboxkit::PageFile> Document(std::string_view kind, std::string_view id) override;
  std::optional<sandboxkit::PageFile> Page(std::string_view path) override;
  std::optional<Result<json::Value>> Further(const sandboxkit::ControlCall& call) override;

 private:
  // Runs `edit` in one transaction on the writing connection; it gives the id for the answer.
  template <typename Edit>
  Result<json::Value> Write(Edit edit);
  // Rows as objects by column name; ids are strings.
  Result<json::Array> Query(const std::string& sql, const std::vector<SqlValue>& values) const;

  Result<json::Value> Patients(const json::Value& query) const;
  Result<json::Value> Practitioners() const;
  // What BP_GetFreeAppointments gives for one practitioner and day.
  Result<json::Value> Free(const json::Value& query) const;
  Result<json::Value> Away() const;
  Result<json::Value> Reports(const json::Value& query) const;
  Result<json::Value> Images(const json::Value& query) const;
  Result<json::Value> Diary(const json::Value& query) const;
  Result<json::Value> Visits(const json::Value& query) const;

  Database& database_;
  Accounts& accounts_;
  Importer& importer_;
  Integrations& integrations_;
  std::string user_;
  FillOptions fill_;
  FurtherCalls further_;
};

}  // namespace pons::best_practice::sandbox
