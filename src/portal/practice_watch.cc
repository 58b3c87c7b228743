// SPDX-License-Identifier: Apache-2.0
// Looks at every connection now and then, and tells its organization's admins what needs them:
// refused credentials, long silence, reports nobody imports, practitioners and types without an
// answer, commands in doubt. What is over is said to be over. Texts hold no patient data.
#include <algorithm>
#include <set>
#include <thread>

#include "base/cancel.h"
#include "commands/terms.h"
#include "portal/notice_kinds.h"
#include "portal/practice.h"
#include "portal/practice_parts.h"
#include "store/accounts.h"

namespace pons::portal {
namespace {

using model::Stream;
using store::ReadState;

constexpr std::chrono::minutes kSilenceIsNews{10};
constexpr std::uint32_t kMostOpen = 1000;
constexpr std::uint32_t kMostMails = 100;

using Found = std::vector<store::Notice>;

void Tell(Found& found, const store::Connection& connection, std::string_view kind,
          const std::string& what, std::string text, const std::string& page) {
  store::Notice notice;
  notice.organization = connection.organization;
  notice.kind = kind;
  // Begins with the connection, so that its page can show what it was about.
  notice.subject = connection.id.value + (what.empty() ? std::string() : "/" + what);
  notice.text = std::move(text);
  notice.link = "/portal/o/" + connection.organization.value + page;
  found.push_back(std::move(notice));
}

void LookAtHealth(const ConnectionStatus& status, const store::Connection& connection, Instant now,
                  Found& found) {
  const auto page = "/connections/" + connection.id.value;
  const auto& read = status.read;
  if (read.state == ReadState::kAttention) {
    const bool refused = read.fault == FaultName(Fault::kUnauthenticated);
    Tell(found, connection, refused ? kCredentialRejected : kNeedsAttention, {},
         connection.name + " needs you: " + status.cause, page);
  }
  if (read.state == ReadState::kRetrying && now - read.since >= kSilenceIsNews) {
    Tell(found, connection, kUnreachable, {},
         connection.name + " has not been reachable for more than 10 minutes. " + status.cause +
             " Check that its server runs and that this network reaches it.",
         page);
  }
  if (status.write.state == ReadState::kAttention) {
    Tell(found, connection, kImporter, {},
         connection.name + ": what apps send does not arrive. " + status.write.cause, page);
  }
}

// Of one filter: those that no admin has had before them.
void LookForNew(store::PortalReads& reads, const store::Connection& connection, Stream stream,
                const std::vector<const store::Filter*>& filters, std::string_view kind,
                std::string_view word, Found& found) {
  // All of them, new ones included, is an answer.
  const bool asked = std::any_of(filters.begin(), filters.end(), [](const auto* filter) {
    return filter->kind == store::FilterKind::kThese;
  });
  if (!asked || !reads.HasAnswers(connection.key, stream)) return;
  for (const auto& record : reads.Directory(connection.key, stream)) {
    if (reads.Answered(connection.key, stream, record.vendor_id)) continue;
    const bool chosen = std::any_of(filters.begin(), filters.end(), [&record](const auto* filter) {
      return std::find(filter->vendor_ids.begin(), filter->vendor_ids.end(), record.vendor_id) !=
             filter->vendor_ids.end();
    });
    if (chosen) continue;
    const auto resource = ReadRecord(record);
    if (!FlagIn(resource, "active").value_or(true)) continue;
    const auto name = NameIn(resource);
    Tell(found, connection, kind, record.vendor_id,
         (name.empty() ? record.vendor_id : name) + " is a new " + std::string(word) + " at " +
             connection.name + ". Your filters name " + std::string(word) +
             "s one by one, so nothing of theirs is shared until you choose. Open the filters and "
             "save them, with or without.",
         "/apps");
  }
}

// The first time that a connection's directory is known it is all old.
Result<void> TakeStock(PortalContext& context, store::Reader& reader,
                       const store::Connection& connection) {
  std::vector<std::pair<Stream, std::string>> known;
  for (const auto stream : {Stream::kPractitioners, Stream::kHealthcareServices}) {
    PONS_ASSIGN(const auto state, reader.Stream(connection.key, stream));
    if (!state.first_sweep_done) continue;
    PONS_TRY(reader.Portal([&](store::PortalReads& reads) {
      if (reads.HasAnswers(connection.key, stream)) return;
      for (const auto& record : reads.Directory(connection.key, stream)) {
        known.emplace_back(stream, record.vendor_id);
      }
    }));
  }
  if (known.empty()) return Ok();
  return context.store.Write([&](store::Transaction& tx) {
    for (const auto& [stream, id] : known) tx.MarkAnswered(connection.key, stream, id);
    return Ok();
  });
}

Result<void> LookAtCommands(store::Reader& reader, const store::Connection& connection,
                            const admin::Names& names, Found& found) {
  store::CommandFilter filter;
  filter.connection = connection.key;
  filter.state = static_cast<int>(commands::State::kNeedsPerson);
  PONS_ASSIGN(const auto rows, reader.Commands(filter));
  for (const auto& row : rows) {
    const auto* app = names.app(row.app);
    Tell(found, connection, kNeedsPerson, row.id,
         (app != nullptr ? app->name : std::string("An app")) + " asked " + connection.name +
             " to " + std::string(model::CommandKindWords(row.kind)) +
             ", and nobody knows whether it took effect. Look for reference " +
             commands::ReferenceOf(row.id) + " in the practice's system, and tell your operator.",
         "/connections/" + connection.id.value);
  }
  return Ok();
}

Result<void> LookAt(PortalContext& context, store::Reader& reader, const admin::Names& names,
                    const store::Connection& connection, Found& found) {
  PONS_ASSIGN(const auto status, StatusOf(context, reader, connection));
  if (!connection.paused) LookAtHealth(status, connection, context.clock.Now(), found);
  PONS_TRY(TakeStock(context, reader, connection));
  std::vector<const store::Filter*> practitioners;
  std::vector<const store::Filter*> types;
  for (const auto& grant : names.grants) {
    if (grant.connection != connection.key || grant.revoked) continue;
    practitioners.push_back(&grant.practitioners);
    types.push_back(&grant.appointment_types);
  }
  PONS_TRY(reader.Portal([&](store::PortalReads& reads) {
    LookForNew(reads, connection, Stream::kPractitioners, practitioners, kNewPractitioner,
               "practitioner", found);
    LookForNew(reads, connection, Stream::kHealthcareServices, types, kNewType, "appointment type",
               found);
  }));
  return LookAtCommands(reader, connection, names, found);
}

bool IsOurs(std::string_view kind) {
  return std::any_of(std::begin(kNoticeKinds), std::end(kNoticeKinds),
                     [kind](const auto& one) { return one.name == kind; });
}

// Raises what is new, ends what is over; all of it in one commit, and none where nothing changed.
Result<void> Settle(PortalContext& context, store::Reader& reader, const admin::Names& names,
                    const Found& found) {
  using Key = std::pair<std::string, std::string>;
  std::set<Key> now;
  for (const auto& notice : found) now.emplace(notice.kind, notice.subject);
  store::NoticeQuery query;
  for (const auto& organization : names.organizations) {
    query.organizations.push_back(organization.id);
  }
  query.limit = kMostOpen;
  query.only_open = true;
  std::vector<store::Notice> over;
  std::set<Key> open;
  PONS_TRY(reader.Accounts([&](store::AccountReads& reads) {
    for (auto& notice : reads.Notices(query)) {
      if (!IsOurs(notice.kind)) continue;
      open.emplace(notice.kind, notice.subject);
      if (!now.contains({notice.kind, notice.subject})) over.push_back(std::move(notice));
    }
  }));
  const bool any_new = std::any_of(found.begin(), found.end(), [&open](const auto& notice) {
    return !open.contains({notice.kind, notice.subject});
  });
  if (!any_new && over.empty()) return Ok();
  return context.store.Write([&](store::Transaction& tx) {
    for (const auto& notice : over) {
      tx.accounts().EndNotices(notice.organization, notice.kind, notice.subject);
    }
    for (auto notice : found) {
      if (open.contains({notice.kind, notice.subject})) continue;
      notice.created = tx.now();
      tx.accounts().Raise(notice);
    }
    return Ok();
  });
}

// ---- mails

bool Wants(const std::vector<std::pair<std::string, bool>>& chosen, std::string_view kind) {
  for (const auto& [name, mailed] : chosen) {
    if (name == kind) return mailed;
  }
  for (const auto& known : kNoticeKinds) {
    if (known.name == kind) return known.mailed;
  }
  return false;
}

std::string SubjectFor(std::string_view kind) {
  for (const auto& known : kNoticeKinds) {
    if (known.name == kind) return "Pons: " + std::string(known.words);
  }
  return "Pons needs you";
}

Result<void> MailNew(PortalContext& context, store::Reader& reader, const admin::Names& names) {
  if (!context.send_mail) return Ok();
  std::vector<store::Notice> notices;
  PONS_TRY(reader.Accounts(
      [&](store::AccountReads& reads) { notices = reads.UnmailedNotices(kMostMails); }));
  if (notices.empty()) return Ok();
  std::vector<Mail> mails;
  for (const auto& notice : notices) {
    if (!IsOurs(notice.kind) || notice.organization.empty()) continue;
    PONS_ASSIGN(const auto members, context.accounts.Members(notice.organization));
    for (const auto& user : members) {
      if (user.disabled || user.RoleIn(notice.organization) != accounts::Role::kAdmin) continue;
      std::vector<std::pair<std::string, bool>> chosen;
      PONS_TRY(reader.Accounts(
          [&](store::AccountReads& reads) { chosen = reads.NoticePreferences(user.id.value); }));
      if (!Wants(chosen, notice.kind)) continue;
      mails.push_back({user.email, SubjectFor(notice.kind),
                       notice.text + "\n\nPractice: " + names.organization(notice.organization) +
                           "\nOpen Pons and look under Notifications. There you also choose which "
                           "of these you get by mail.\n"});
    }
  }
  // Marked first: a mail too few is better than the same one every half minute.
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    for (const auto& notice : notices) tx.accounts().MarkMailed(notice.key);
    return Ok();
  }));
  for (const auto& mail : mails) context.send_mail(mail);
  return Ok();
}

class PracticeState {
 public:
  PracticeState(PortalContext& context, const PracticeOptions& options) {
    if (options.watch_every.count() == 0) return;
    watcher_ = std::thread([this, &context, every = options.watch_every] {
      while (!stop_.WaitFor(every)) {
        const auto looked = WatchOnce(context);
        if (!looked) {
          context.log.Warn("portal: could not look for what needs people",
                           {{"cause", looked.error().summary}});
        }
      }
    });
  }
  ~PracticeState() {
    stop_.Cancel();
    if (watcher_.joinable()) watcher_.join();
  }
  PracticeState(const PracticeState&) = delete;
  PracticeState& operator=(const PracticeState&) = delete;

  TestSlots tests;

 private:
  CancelToken stop_;
  std::thread watcher_;
};

}  // namespace

Result<void> WatchOnce(PortalContext& context) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  Found found;
  for (const auto& connection : names.connections) {
    if (admin::IsRemoved(connection)) continue;
    PONS_TRY(LookAt(context, *reader, names, connection, found));
  }
  PONS_TRY(Settle(context, *reader, names, found));
  return MailNew(context, *reader, names);
}

void StartPractice(PortalContext& context, const PracticeOptions& options) {
  context.practice_state = std::make_shared<PracticeState>(context, options);
}

TestSlots* TestSlotsOf(const PortalContext& context) {
  if (context.practice_state == nullptr) return nullptr;
  return &static_cast<PracticeState*>(context.practice_state.get())->tests;
}

}  // namespace pons::portal
