// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/folder_tool.h"

#include <algorithm>
#include <fstream>
#include <numeric>

#include "deid/face.h"
#include "deid/rejection_titles.h"
#include "deid/sentinel.h"
#include "deid/subgroup.h"
#include "dicom/error.h"

namespace glossator::deid {
namespace {

namespace fs = std::filesystem;
namespace tags = dicom::tags;

constexpr const char* kClean = "clean";
constexpr const char* kQuarantined = "quarantined";
constexpr const char* kFailed = "failed";

std::string FirstBytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(256, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(std::max<std::streamsize>(0, in.gcount())));
  return bytes;
}

// Without a Patient ID the study stands for the patient.
std::string PatientOf(const dicom::DataSet& head) {
  const std::string id = head.GetString(tags::PatientID);
  if (id.empty()) return "study\n" + head.GetString(tags::StudyInstanceUID);
  return "patient\n" + head.GetString(tags::IssuerOfPatientID) + '\n' + id;
}

void Refuse(FileReport& report, const char* status, std::string_view code, std::string path = {}) {
  report.status = status;
  report.reasons.push_back({std::string(code), std::move(path)});
}

bool IsPixels(dicom::Tag tag) {
  return tag == tags::PixelData || tag == tags::FloatPixelData || tag == tags::DoubleFloatPixelData;
}

dicom::DataSet WithoutPixels(const dicom::DataSet& data_set) {
  dicom::DataSet head;
  for (const dicom::Element& element : data_set) {
    if (!IsPixels(element.tag)) head.elements().push_back(element);
  }
  return head;
}

// The first element that holds an identifier, for the report.
std::string PathOfHit(const dicom::DataSet& data_set, const Sentinel& sentinel) {
  std::string where;
  dicom::ForEachElement(data_set, [&](const std::string& path, const dicom::Element& element) {
    if (where.empty() && !IsPixels(element.tag) && sentinel.Finds(element.value)) where = path;
  });
  return where;
}

}  // namespace

FolderTool::FolderTool(Policy policy, std::string key, PixelStage pixels, fs::path worker,
                       fs::path masks)
    : engine_(std::move(policy)),
      key_(std::move(key)),
      pixels_(std::move(pixels)),
      faces_(key_, std::move(worker)),
      masks_(std::move(masks)) {}

Instance<Hospital> FolderTool::Identified(dicom::File file) {
  return {Permit<Hospital>(), std::move(file.data_set), *file.syntax};
}

std::vector<fs::path> FolderTool::DicomFilesUnder(const fs::path& in) {
  std::vector<fs::path> files;
  if (fs::is_regular_file(in)) files.push_back(in);
  if (fs::is_directory(in)) {
    for (const auto& entry : fs::recursive_directory_iterator(in)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  } else if (files.empty()) {
    throw Error(ErrorKind::kNotFound, "IN is neither a file nor a folder");
  }
  const size_t all = files.size();
  std::erase_if(files,
                [](const fs::path& path) { return !dicom::LooksLikeDicom(FirstBytes(path)); });
  skipped_ = all - files.size();
  std::sort(files.begin(), files.end());
  return files;
}

void FolderTool::Learn(const Instance<Hospital>& head) {
  Study& study = studies_[head.data_set().GetString(tags::StudyInstanceUID)];
  study.dictionary.Collect(head);
  study.patients.insert(PatientOf(head.data_set()));
}

void FolderTool::LearnFile(const fs::path& path) {
  try {
    const auto head = Identified(dicom::ReadFileHead(path));
    Learn(head);
    if (engine_.policy().faces == Faces::kDeface) faces_.Note(path, head.data_set());
  } catch (const Error&) {  // told in the second pass
  }
}

void FolderTool::Run(const fs::path& in, const fs::path& out,
                     const std::function<void(const FileReport&)>& done) {
  const auto files = DicomFilesUnder(in);
  for (const fs::path& path : files) LearnFile(path);
  std::vector<size_t> order(files.size());
  std::iota(order.begin(), order.end(), size_t{0});
  faces_.Gather(order, files);
  for (const size_t i : order) {
    FileReport report;
    report.input = i + 1;
    report.name = files[i].string();
    try {
      const auto bytes = CleanFile(Load(files[i]), report);
      if (bytes) Write(out, *bytes, report);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInvalid) throw;
      Refuse(report, kFailed, reasons::kMalformed);
    }
    done(report);
  }
}

std::optional<std::string> FolderTool::CleanOne(std::string_view file, FileReport& report) {
  report.input = 1;
  try {
    dicom::File whole = dicom::ReadFile(file);
    Learn(Identified(whole));
    const bool defaces = engine_.policy().faces == Faces::kDeface;
    return CleanFile(defaces ? faces_.Alone(std::move(whole)) : Face{std::move(whole), "", ""},
                     report);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInvalid) throw;
    Refuse(report, kFailed, reasons::kMalformed);
    return std::nullopt;
  }
}

FolderTool::Face FolderTool::Load(const fs::path& path) {
  return faces_.Has(path) ? faces_.Take(path) : Face{dicom::ReadFile(path), "", ""};
}

void FolderTool::CheckFace(const dicom::DataSet& head, const Face& face, FileReport& report) const {
  const auto reason = FaceReason(head, engine_.policy());
  if (!reason || !face.mask.empty()) return;
  report.note = face.fault;
  Refuse(report, kQuarantined, reason->code, reason->path);
}

void FolderTool::KeepMask(const Face& face, const FileReport& report) const {
  if (face.mask.empty()) return;
  const std::string uid = fs::path(report.output).stem().string();
  std::error_code failed;
  fs::create_directories(masks_, failed);
  const std::string sealed = SealMask(key_, uid, face.mask);
  std::ofstream file(masks_ / (uid + ".face"), std::ios::binary);
  file.write(sealed.data(), static_cast<std::streamsize>(sealed.size()));
  file.close();
  if (!file || failed) throw Error(ErrorKind::kUnavailable, "a mask cannot be kept");
}

std::optional<std::string> FolderTool::CleanFile(Face face, FileReport& report) const {
  const Instance<Hospital> instance = Identified(std::move(face.file));
  const dicom::DataSet& head = instance.data_set();
  const Study& study = studies_.at(head.GetString(tags::StudyInstanceUID));
  dicom::DataSet object = instance.data_set();
  auto screened = engine_.Screen(instance);
  auto pixels = engine_.policy().seal_pixels ? PixelResult{std::move(screened), false}
                                             : pixels_.Clean(object, instance.syntax(), screened);
  report.reasons = std::move(pixels.reasons);
  CheckFace(head, face, report);
  const bool named = head.HasValue(tags::StudyInstanceUID);  // unnamed ones are no study
  if (named && study.patients.size() > 1) Refuse(report, kQuarantined, reasons::kSeveralPatients);
  for (const dicom::Tag tag :
       {tags::SOPInstanceUID, tags::StudyInstanceUID, tags::SeriesInstanceUID}) {
    if (!head.HasValue(tag)) Refuse(report, kQuarantined, reasons::kMalformed, ToString(tag));
  }
  if (!report.reasons.empty()) {
    report.status = kQuarantined;
    return std::nullopt;
  }
  const KeyedPseudonyms pseudonyms(key_, PatientOf(head));
  const Instance<Hospital> safe(Permit<Hospital>(), std::move(object), instance.syntax());
  const Cleaned cleaned =
      engine_.Clean(safe, pseudonyms, study.dictionary, nullptr, {pixels.ran, !face.mask.empty()});
  report.actions = cleaned.actions;
  report.facts = SubgroupFacts(instance, engine_.policy(),
                               SiteCode(key_, head.GetString(tags::InstitutionName)));
  report.reasons = cleaned.problems;
  const auto sentinel = study.dictionary.Compile(engine_.policy().options);
  std::string bytes = Finish(cleaned, *sentinel, report);
  report.status = report.reasons.empty() ? kClean : kQuarantined;
  if (report.reasons.empty()) KeepMask(face, report);
  return report.reasons.empty() ? std::optional(std::move(bytes)) : std::nullopt;
}

std::string FolderTool::Finish(const Cleaned& cleaned, const Sentinel& sentinel,
                               FileReport& report) const {
  const dicom::DataSet& data_set = cleaned.instance.data_set();
  const std::string head = dicom::Write(WithoutPixels(data_set), dicom::kExplicitLittleEndian);
  if (FindsBesideTitles(sentinel, head)) {
    Refuse(report, kQuarantined, reasons::kIdentifierFound, PathOfHit(data_set, sentinel));
  }
  report.output = data_set.GetString(tags::StudyInstanceUID) + '/' +
                  data_set.GetString(tags::SeriesInstanceUID) + '/' +
                  data_set.GetString(tags::SOPInstanceUID) + ".dcm";
  return dicom::WriteFile(data_set, cleaned.instance.syntax());
}

void FolderTool::Write(const fs::path& out, const std::string& bytes, FileReport& report) {
  const size_t hash = std::hash<std::string>()(bytes);
  const auto [known, fresh] = written_.emplace(report.output, hash);
  if (!fresh && known->second == hash) return;  // the same object twice
  if (!fresh) {
    report.output.clear();
    return Refuse(report, kQuarantined, reasons::kConflict);
  }
  const fs::path path = out / report.output;
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  const fs::path unfinished = path.string() + ".part";
  std::ofstream file(unfinished, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file || failed) throw Error(ErrorKind::kUnavailable, "OUT cannot be written");
  fs::rename(unfinished, path);
}

}  // namespace glossator::deid
