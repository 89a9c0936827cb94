// SPDX-License-Identifier: GPL-3.0-or-later
// glossator-deid: the node's engine for a folder. The first pass collects the identifiers of each
// study from all of its objects, the second cleans, searches the result and only then writes.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "deid/engine.h"
#include "deid/face_series.h"
#include "deid/keyed_pseudonyms.h"
#include "deid/pixel_stage.h"
#include "dicom/io.h"

namespace glossator::deid {

struct FileReport {
  size_t input = 0;  // ordinal in the sorted list of DICOM files, from 1
  std::string name;  // of the input
  std::string output;
  std::string status;  // clean, quarantined, failed
  std::vector<Reason> reasons;
  std::map<char, int> actions;
  std::string note;                          // why a face could not be removed
  std::map<std::string, std::string> facts;  // what the policy keeps apart (subgroup.h)
};

class FolderTool {
 public:
  // `worker`: glossator-codec. `masks`: where the sealed masks of removed faces go.
  FolderTool(Policy policy, std::string key, PixelStage pixels = {},
             std::filesystem::path worker = {}, std::filesystem::path masks = {});

  // One universe of patients: every DICOM file under `in`, results under `out`. Calls `done` after
  // each file. Throws Error for what stops everything, e.g. an unwritable `out`.
  void Run(const std::filesystem::path& in, const std::filesystem::path& out,
           const std::function<void(const FileReport&)>& done);

  // One object; nullopt with `report` filled when it must not leave.
  std::optional<std::string> CleanOne(std::string_view file, FileReport& report);

  size_t skipped() const { return skipped_; }  // files that are not DICOM

 private:
  struct Study {
    Dictionary dictionary;
    std::set<std::string> patients;
  };

  using Face = FaceSeries::Image;

  static Instance<Hospital> Identified(dicom::File file);
  std::vector<std::filesystem::path> DicomFilesUnder(const std::filesystem::path& in);
  void Learn(const Instance<Hospital>& head);
  void LearnFile(const std::filesystem::path& path);
  // The object, without its face where the policy asks for that.
  Face Load(const std::filesystem::path& path);
  std::optional<std::string> CleanFile(Face face, FileReport& report) const;
  void CheckFace(const dicom::DataSet& head, const Face& face, FileReport& report) const;
  void KeepMask(const Face& face, const FileReport& report) const;
  std::string Finish(const Cleaned& cleaned, const Sentinel& sentinel, FileReport& report) const;
  void Write(const std::filesystem::path& out, const std::string& bytes, FileReport& report);

  Engine engine_;
  std::string key_;
  PixelStage pixels_;
  FaceSeries faces_;
  std::filesystem::path masks_;
  std::map<std::string, Study> studies_;   // by original Study Instance UID
  std::map<std::string, size_t> written_;  // output, hash of its bytes
  size_t skipped_ = 0;
};

}  // namespace glossator::deid
