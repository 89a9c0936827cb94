// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/intake.h"

#include <algorithm>

#include "deid/face.h"
#include "deid/film.h"
#include "deid/pixel_stage.h"
#include "deid/reason.h"
#include "deid/storage_classes.h"
#include "deid/subgroup.h"
#include "dicom/dictionary.h"
#include "dicom/io.h"
#include "dicom/json.h"
#include "dimse/scu.h"
#include "gate/object_sink.h"
#include "gate/objects.h"
#include "gate/resent.h"
#include "model/error.h"
#include "model/log.h"
#include "pixels/plan.h"
#include "store/gate_delivery.h"
#include "store/gate_object.h"
#include "store/journal.h"
#include "vault/hmac.h"

namespace glossator::gate {
namespace {

namespace tags = dicom::tags;

constexpr size_t kSiteDigits = 8;  // of the code of a site

// PS3.4 B.2.3: A900, the data set does not match its SOP class.
void RequireIdentifiers(const dicom::DataSet& head, const dimse::StoreRequest& request) {
  for (const auto tag : {tags::StudyInstanceUID, tags::SeriesInstanceUID, tags::SOPInstanceUID}) {
    if (head.GetString(tag).empty()) {
      throw Mismatch("no " + std::string(dicom::KeywordOf(tag)));
    }
  }
  if (head.GetString(tags::SOPClassUID) != request.sop_class_uid ||
      head.GetString(tags::SOPInstanceUID) != request.sop_instance_uid) {
    throw Mismatch("SOP class or instance is not that of the command");
  }
}

Arrival Started(const IntakeParts& parts, const ProjectConfig* project, const Study* study,
                const dimse::StoreRequest& request) {
  Arrival arrival;
  arrival.study = study ? study->number() : 0;
  arrival.project = project ? project->id : "";
  arrival.identity_index =
      parts.identities.InstanceIndex(arrival.project, request.sop_instance_uid);
  arrival.sop_class_uid = request.sop_class_uid;
  // Deflated originals are kept inflated.
  arrival.transfer_syntax_uid = request.transfer_syntax->deflated ? dicom::kExplicitLittleEndian.uid
                                                                  : request.transfer_syntax->uid;
  arrival.arrived = parts.clock.Now().time_since_epoch().count();
  return arrival;
}

}  // namespace

Intake::Intake(IntakeParts parts, OnCommitment on_commitment)
    : parts_(parts), on_commitment_(std::move(on_commitment)), held_(parts.database) {
  for (const auto& project : parts_.config.projects) {
    engines_.emplace(project.id, deid::Engine(deid::LoadPolicy(project.policy)));
  }
}

const deid::Engine& Intake::EngineOf(const std::string& project) const {
  return engines_.at(project);
}

bool Intake::Defaces(const std::string& project) const {
  const auto engine = engines_.find(project);
  return engine != engines_.end() && engine->second.policy().faces == deid::Faces::kDeface;
}

std::vector<deid::Reason> Intake::Screen(const ProjectConfig& project, const dicom::DataSet& head,
                                         const dicom::TransferSyntax& syntax) const {
  return EngineOf(project.id).Screen(Instance<Hospital>(Permit<Hospital>(), head, syntax));
}

std::optional<dimse::Rejection> Intake::Accept(const dimse::Association& association) {
  // The storage commitment reports of a destination come from its own AE title.
  for (const auto& [name, destination] : parts_.config.destinations) {
    if (association.calling_aet == destination.aet &&
        association.called_aet == parts_.config.intake_aet) {
      return std::nullopt;
    }
  }
  const auto match = Match(
      parts_.config, {association.called_aet, association.calling_aet, association.peer_address});
  if (match.outcome == RouteOutcome::kUnknownCalled) return dimse::kCalledAeNotRecognized;
  if (match.outcome == RouteOutcome::kUnknownCalling) return dimse::kCallingAeNotRecognized;
  if (!parts_.spool.has_room()) return dimse::kTemporaryCongestion;
  return std::nullopt;
}

bool Intake::Supports(const dimse::Association&, std::string_view abstract_syntax) {
  if (abstract_syntax == dimse::kStorageCommitment) return true;
  const auto classes = deid::AcceptedStorageClasses();
  return std::binary_search(classes.begin(), classes.end(), abstract_syntax);
}

// What we return to a PACS has UIDs of ours, "2.25." (Relinker): of others nobody need ask.
bool Intake::IsReturned(const std::string& sop_instance_uid) const {
  if (!sop_instance_uid.starts_with("2.25.")) return false;
  bool returned = false;
  parts_.database.Read([&](const store::Reader& reader) {
    returned = store::FindReturned(reader, sop_instance_uid).has_value();
  });
  return returned;
}

std::unique_ptr<dimse::StoreSink> Intake::Store(const dimse::Association& association,
                                                const dimse::StoreRequest& request) {
  if (IsReturned(request.sop_instance_uid)) {
    ++counters_.echoes;
    parts_.database.Write([&](store::Transaction& transaction) {
      if (!store::CountEcho(transaction, request.sop_instance_uid)) return;
      const auto row = store::FindReturned(transaction, request.sop_instance_uid);
      Json::Value fields;
      fields["delivery"] = Json::Int64(row->delivery);
      store::Append(transaction, "result.echoed", "gate", fields);
    });
    return std::make_unique<EchoSink>();
  }
  if (!parts_.spool.has_room()) throw Error(ErrorKind::kBusy, "the spool is full");
  const auto match = Match(
      parts_.config, {association.called_aet, association.calling_aet, association.peer_address});
  return std::make_unique<ObjectSink>(*this, match, request, association.number);
}

void Intake::NoteSender(uint64_t association, const std::shared_ptr<Study>& study) {
  if (association == 0) return;
  const std::lock_guard lock(senders_mutex_);
  if (senders_[association].insert(study).second) ++study->senders;
}

void Intake::Closed(const dimse::Association& association) {
  const std::lock_guard lock(senders_mutex_);
  const auto entry = senders_.find(association.number);
  if (entry == senders_.end()) return;
  for (const auto& study : entry->second) {
    if (--study->senders == 0) study->ForgetMemos();
  }
  senders_.erase(entry);
}

dimse::Status Intake::EventReport(const dimse::Association& association,
                                  std::string_view sop_class_uid, std::string_view,
                                  uint16_t event_type, const dicom::DataSet& information) {
  if (sop_class_uid != dimse::kStorageCommitment) return {dimse::kNoSuchSopClass};
  return on_commitment_(association.calling_aet, event_type, information);
}

std::unique_ptr<ObjectWriter> Intake::Admit(const ProjectConfig* project, std::string_view head,
                                            const dicom::TransferSyntax& syntax,
                                            const dimse::StoreRequest& request,
                                            uint64_t association,
                                            const std::optional<std::string>& assigning_authority,
                                            const Readmitted* again) {
  const Instance<Hospital> instance(Permit<Hospital>(), dicom::Read(head, syntax), syntax);
  RequireIdentifiers(instance.data_set(), request);
  if (project != nullptr) {
    return Judge(*project, instance, request, association, assigning_authority, again);
  }
  return JudgeWithoutProject(instance, head, request);
}

std::unique_ptr<ObjectWriter> Intake::JudgeWithoutProject(const Instance<Hospital>& instance,
                                                          std::string_view head,
                                                          const dimse::StoreRequest& request) {
  auto arrival = Started(parts_, nullptr, nullptr, request);
  const auto index = arrival.identity_index;
  if (!twins_.Claim(index)) {
    return std::make_unique<ResentObject>(
        *this, Binding{}, std::make_shared<Hold>(nullptr, twins_, ""), head, instance.data_set(),
        instance.syntax(), std::move(arrival));
  }
  arrival.reason = deid::reasons::kNoRoute;
  return std::make_unique<SealedObject>(*this, std::make_shared<Hold>(nullptr, twins_, index), head,
                                        instance.data_set(), instance.syntax(), std::move(arrival));
}

// Everything that one object's head decides, in the order in which it is asked.
class Intake::Judgement {
 public:
  Judgement(Intake& intake, const ProjectConfig& project, const Instance<Hospital>& instance,
            const dimse::StoreRequest& request, uint64_t association,
            const std::optional<std::string>& assigning_authority, const Readmitted* again)
      : intake_(intake),
        project_(project),
        instance_(instance),
        request_(request),
        again_(again),
        binding_(
            intake.parts_.identities.Bind(project.id, instance.data_set(), assigning_authority)),
        memo_(binding_.study->BorrowMemo()),
        arrival_(Started(intake.parts_, &project, binding_.study.get(), request)) {
    intake_.NoteSender(association, binding_.study);
    deid::Dictionary identifiers;
    identifiers.Collect(instance, memo_.get());
    if (binding_.study->Learn(identifiers)) arrival_.dictionary = identifiers.Serialize();
  }

  ~Judgement() { binding_.study->GiveBackMemo(std::move(memo_)); }

  std::unique_ptr<ObjectWriter> Decide() {
    // Claim first, then look into the database: a claim ends only when the row is there.
    const bool ours = intake_.twins_.Claim(arrival_.identity_index);
    auto hold =
        std::make_shared<Hold>(binding_.study, intake_.twins_, ours ? arrival_.identity_index : "");
    if (!ours || IsHeld()) return Again(std::move(hold));
    if (binding_.other_patient) {
      arrival_.quarantine_study = true;
      return Seal({std::string(deid::reasons::kSeveralPatients), "(0010,0020)"}, std::move(hold));
    }
    const auto& engine = intake_.EngineOf(project_.id);
    if (deid::HasExpired(engine.policy(), intake_.parts_.clock.Now())) {
      return Seal({std::string(deid::reasons::kPolicyExpired), ""}, std::move(hold));
    }
    auto risks = Risks(engine);
    if (again_ == nullptr) risks = OrFilm(std::move(risks));
    if (!risks.empty()) return Seal(risks.front(), std::move(hold));
    const auto face = FaceReason(instance_.data_set(), engine.policy());
    const Readmitted done = again_ != nullptr ? *again_ : Readmitted{};
    if (face && !done.face_decided && !done.face_removed) {
      if (engine.policy().faces == deid::Faces::kDeface) arrival_.face_tries = kFaceTries;
      return Seal(*face, std::move(hold));
    }
    const auto identifiers = binding_.study->dictionary();
    const auto cleaned =
        engine.Clean(instance_, *binding_.study, *identifiers, memo_.get(),
                     {.text_cleaned = done.pixels_ran, .face_removed = done.face_removed});
    if (!cleaned.problems.empty()) return Seal(cleaned.problems.front(), std::move(hold));
    arrival_.facts = Facts(engine.policy());
    return std::make_unique<CleanedObject>(intake_, binding_.study, std::move(hold),
                                           instance_.data_set(), cleaned, identifiers,
                                           *request_.transfer_syntax, std::move(arrival_), again_);
  }

 private:
  // Of the pixels: what the stage will look at waits for it, sealed, whether there is a sign of
  // text or not.
  std::vector<deid::Reason> Risks(const deid::Engine& engine) {
    const auto about_pixels = [](const auto& risk) {
      return risk.code == deid::reasons::kBurnedInRisk;
    };
    auto risks = engine.Screen(instance_);
    if (again_ != nullptr) {
      std::erase_if(risks, [](const auto& risk) { return deid::IsReleasable(risk.code); });
      return risks;
    }
    const auto& head = instance_.data_set();
    if (engine.policy().seal_pixels) return risks;
    if (!std::all_of(risks.begin(), risks.end(), about_pixels)) return risks;
    if (!head.Has(dicom::tags::Rows)) {  // whether pixels follow at all is seen at the end
      if (!risks.empty()) arrival_.pixel_tries = kPixelTries;
      return risks;
    }
    const auto plan = pixels::PlanFor(head, *intake_.parts_.pixel_rules.Of(project_.id),
                                      deid::IsFilm(instance_.syntax().uid));
    if (plan.step == pixels::Step::kNothing) return risks;
    const bool waits = plan.step == pixels::Step::kBlank;
    if (waits) arrival_.pixel_tries = kPixelTries;
    if (waits && !risks.empty()) return risks;
    return {{std::string(deid::reasons::kBurnedInRisk),
             waits ? deid::kUnreadablePath : deid::kNoRulePath}};
  }

  // Whether a film can be cleaned is known at its end, when it could only be refused: it waits for
  // the thread of the pixel stage too.
  std::vector<deid::Reason> OrFilm(std::vector<deid::Reason> risks) {
    if (!risks.empty() || !deid::IsFilm(instance_.syntax().uid)) return risks;
    arrival_.pixel_tries = kPixelTries;
    return {{std::string(deid::reasons::kBitstream), deid::kUnreadablePath}};
  }

  // Coarse, and kept apart from the objects; the code of a site is another in each project.
  std::string Facts(const deid::Policy& policy) const {
    if (policy.facts.empty()) return {};
    const auto site = instance_.data_set().GetString(dicom::tags::InstitutionName);
    const auto code = site.empty() ? std::string()
                                   : "SITE-" + vault::IndexOf(intake_.parts_.keys.index,
                                                              {"site", project_.id, site})
                                                   .substr(0, kSiteDigits);
    Json::Value json(Json::objectValue);
    for (const auto& [name, value] : deid::SubgroupFacts(instance_, policy, code)) {
      json[name] = value;
    }
    return json.empty() ? std::string() : dicom::WriteJson(json);
  }

  bool IsHeld() const {
    bool held = intake_.held_.MayHold(arrival_.identity_index);
    if (held) {
      intake_.parts_.database.Read([&](const store::Reader& reader) {
        held = store::FindInstance(reader, arrival_.identity_index).has_value();
      });
    }
    if (!held) intake_.held_.Add(arrival_.identity_index);  // before this one's claim can end
    return held;
  }

  std::unique_ptr<ObjectWriter> Again(std::shared_ptr<Hold> hold) {
    const auto bytes = dicom::Write(instance_.data_set(), instance_.syntax());
    return std::make_unique<ResentObject>(intake_, binding_, std::move(hold), bytes,
                                          instance_.data_set(), instance_.syntax(),
                                          std::move(arrival_));
  }

  std::unique_ptr<ObjectWriter> Seal(const deid::Reason& reason, std::shared_ptr<Hold> hold) {
    arrival_.reason = reason.code;
    arrival_.path = reason.path;
    arrival_.series_instance_uid =
        binding_.study->Uid(instance_.data_set().GetString(tags::SeriesInstanceUID));
    const auto bytes = dicom::Write(instance_.data_set(), instance_.syntax());
    return std::make_unique<SealedObject>(intake_, std::move(hold), bytes, instance_.data_set(),
                                          instance_.syntax(), std::move(arrival_));
  }

  Intake& intake_;
  const ProjectConfig& project_;
  const Instance<Hospital>& instance_;
  const dimse::StoreRequest& request_;
  const Readmitted* again_;  // nullptr: it comes from the network
  Binding binding_;
  std::unique_ptr<deid::HeadMemo> memo_;
  Arrival arrival_;
};

std::unique_ptr<ObjectWriter> Intake::Judge(const ProjectConfig& project,
                                            const Instance<Hospital>& instance,
                                            const dimse::StoreRequest& request,
                                            uint64_t association,
                                            const std::optional<std::string>& assigning_authority,
                                            const Readmitted* again) {
  return Judgement(*this, project, instance, request, association, assigning_authority, again)
      .Decide();
}

}  // namespace glossator::gate
