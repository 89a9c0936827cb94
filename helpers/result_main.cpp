// SPDX-License-Identifier: GPL-3.0-or-later
// glossator-result: annotations, key objects, presentation states, structure sets, captures.
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "dicom/error.h"
#include "dicom/io.h"
#include "dicom/json.h"
#include "helpers/decode_json.h"
#include "helpers/make.h"
#include "helpers/regions_of.h"
#include "results/annotations_json.h"
#include "results/verify.h"
#include "seg/file_sink.h"
#include "seg/tool_arguments.h"
#include "seg/volume_file.h"

namespace glossator::helpers {
namespace {

namespace fs = std::filesystem;
namespace tags = dicom::tags;
using dicom::DataSet;
using seg::ToolArguments;
using seg::WrongUse;
using Words = std::vector<std::string>;

constexpr const char* kHelp =
    "glossator-result: result objects beside SEG and SR\n"
    "  glossator-result encode --kind ann --description FILE.json [--csv FILE.csv] --source DIR\n"
    "                   --out FILE\n"
    "  glossator-result encode --kind ko|pr|rtstruct|sc --segmentation FILE --source DIR\n"
    "                   [--creator CODE] [--holes keyhole|separate] --out FILE\n"
    "  glossator-result reject --title 113001|113037|113038|113039 [--reason TEXT] --creator CODE\n"
    "                   --out FILE FILE...\n"
    "  glossator-result decode [--csv] FILE\n"
    "  glossator-result labels --source DIR FILE --out FILE.nii.gz|FILE.nrrd\n"
    "  glossator-result verify [--source DIR] [--json] FILE...\n"
    "  glossator-result --help | --version\n"
    "encode   bulk annotations of a slide, or a helper for viewers out of a segmentation\n"
    "reject   a rejection note (IHE IOCM) for the given files, all of one study\n"
    "decode   prints annotations, key objects, outlines or contours as JSON (annotations: CSV)\n"
    "labels   an RT Structure Set as labels on the grid of its images, 1 for the first region\n"
    "verify   prints every finding, one a line; --json one object a line\n"
    "Exit status: 0 fine, 1 failed, 2 wrong use, 3 findings of severity error.\n";

constexpr size_t kJsonMax = 1u << 30;  // bytes of a description

std::vector<DataSet> ReadHeads(const fs::path& place) {
  std::vector<fs::path> files;
  if (fs::is_directory(place)) {
    for (const auto& entry : fs::recursive_directory_iterator(place)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  } else {
    files.push_back(place);
  }
  std::sort(files.begin(), files.end());
  std::vector<DataSet> heads;
  for (const fs::path& path : files) {
    try {
      DataSet head = dicom::ReadFileHead(path).data_set;
      if (head.HasValue(tags::SOPInstanceUID)) heads.push_back(std::move(head));
    } catch (const Error&) {
      if (files.size() == 1) throw;  // others are passed over by name ending or damage
    }
  }
  if (heads.empty()) throw Error(ErrorKind::kNotFound, "no DICOM file there");
  return heads;
}

// Of the image series that a segmentation is about.
std::vector<DataSet> HeadsOfSource(const fs::path& directory, const seg::Source& source) {
  std::vector<DataSet> heads = ReadHeads(directory);
  std::erase_if(heads, [&](const DataSet& head) {
    return head.GetString(tags::SeriesInstanceUID) != source.series_instance_uid;
  });
  return heads;
}

struct Names {
  SystemEntropy entropy;
  RandomUids uids{entropy};
  SystemClock clock;
};

int EncodeAnnotations(const ToolArguments& arguments) {
  Names names;
  const std::string text = seg::ReadBytes(arguments.Required("--description"));
  results::AnnotationDescription description =
      results::AnnotationsFromJson(dicom::ParseJson(text, kJsonMax), names.uids);
  if (arguments.Has("--csv")) {
    results::AddAnnotationsFromCsv(seg::ReadBytes(arguments.Get("--csv")), description.annotations);
  }
  const std::vector<DataSet> heads = ReadHeads(arguments.Required("--source"));
  results::WriteAnnotationsTo(arguments.Required("--out"), description.annotations, heads.front(),
                              {.series_instance_uid = names.uids.New(),
                               .sop_instance_uid = names.uids.New(),
                               .series_number = description.series_number,
                               .instance_number = 1,
                               .series_description = description.series_description},
                              {}, names.clock.Now());
  return 0;
}

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::optional<DataSet> FindImage(const fs::path& directory, const std::string& uid) {
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    try {
      if (dicom::ReadFileHead(entry.path()).data_set.GetString(tags::SOPInstanceUID) == uid) {
        return dicom::ReadFile(entry.path()).data_set;
      }
    } catch (const Error&) {
      continue;
    }
  }
  return std::nullopt;
}

int EncodeHelper(const ToolArguments& arguments) {
  const std::string kind = Upper(arguments.Required("--kind"));
  if (!IsKind(kind)) throw WrongUse("--kind: ann, ko, pr, rtstruct or sc");
  const std::string holes = arguments.Get("--holes", "keyhole");
  if (holes != "keyhole" && holes != "separate") throw WrongUse("--holes: keyhole or separate");
  const fs::path directory = arguments.Required("--source");
  const seg::Segmentation segmentation =
      seg::ReadSegmentation(arguments.Required("--segmentation"));
  const seg::Source source = seg::ReadSource(directory, arguments.Get("--series"));
  const std::vector<DataSet> heads = HeadsOfSource(directory, source);
  Names names;
  const Request request{
      .segmentation = segmentation,
      .source = source,
      .image_heads = heads,
      .image = [&](const std::string& uid) { return FindImage(directory, uid); },
      .results = {results::ReferenceTo(segmentation.head)},
      .creator = arguments.Get("--creator"),
      .device_uid = names.uids.New(),
      .holes = holes == "keyhole" ? results::Holes::kKeyhole : results::Holes::kSeparate};
  const DataSet object = Make(kind, request, names.uids, names.clock.Now());
  dicom::WriteFileTo(arguments.Required("--out"), object, results::SyntaxFor(object));
  return 0;
}

int Encode(const Words& words) {
  const ToolArguments arguments(words,
                                {"--kind", "--description", "--csv", "--source", "--segmentation",
                                 "--series", "--creator", "--holes", "--out"},
                                {});
  if (!arguments.files().empty()) throw WrongUse("encode takes no files");
  return arguments.Required("--kind") == "ann" ? EncodeAnnotations(arguments)
                                               : EncodeHelper(arguments);
}

int Reject(const Words& words) {
  const ToolArguments arguments(words, {"--title", "--reason", "--creator", "--out"}, {});
  const dicom::Code* title = results::FindRejection(arguments.Required("--title"));
  if (title == nullptr) throw WrongUse("--title: 113001, 113037, 113038 or 113039");
  if (arguments.files().empty()) throw WrongUse("reject needs the files to be rejected");
  results::KeyObjects note;
  note.title = *title;
  note.description = arguments.Get("--reason");
  note.person = arguments.Required("--creator");
  std::vector<DataSet> heads;
  for (const std::string& name : arguments.files()) {
    for (DataSet& head : ReadHeads(name)) heads.push_back(std::move(head));
  }
  for (const DataSet& head : heads) {
    note.objects.push_back(results::ReferenceTo(head));
    if (note.objects.back().study_instance_uid != note.objects.front().study_instance_uid) {
      throw Error(ErrorKind::kInvalid, "the files are of several studies");
    }
  }
  Names names;
  const DataSet object = EncodeKeyObjects(note, heads.front(),
                                          {.series_instance_uid = names.uids.New(),
                                           .sop_instance_uid = names.uids.New(),
                                           .series_number = 1,
                                           .instance_number = 1,
                                           .series_description = title->meaning},
                                          {}, names.clock.Now());
  dicom::WriteFileTo(arguments.Required("--out"), object, dicom::kExplicitLittleEndian);
  return 0;
}

// Bulk annotations are read by skimming, whose encodings are those that they come in.
bool IsBulkAnnotations(const fs::path& path) {
  return dicom::ReadFileHead(path).meta.GetString(tags::MediaStorageSOPClassUID) ==
         results::kAnnotationsStorage;
}

int DecodeAnnotations(const fs::path& path, bool csv) {
  const results::Sink print = [](std::string_view text) { std::cout << text; };
  const results::AnnotationObject object = results::ReadAnnotations(dicom::FileSource(path));
  if (HasErrors(results::CheckAnnotations(object.annotations))) {
    throw Error(ErrorKind::kInvalid, "the annotations are unsound; verify names the faults");
  }
  if (csv) {
    results::WriteAnnotationsCsv(object.annotations, print);
  } else {
    results::WriteAnnotationsJson(
        {object.annotations, object.head.GetString(tags::SeriesDescription),
         object.head.GetInt(tags::SeriesNumber).value_or(1)},
        print);
  }
  return 0;
}

int Decode(const Words& words) {
  const ToolArguments arguments(words, {}, {"--csv"});
  const fs::path path = arguments.OneFile();
  if (IsBulkAnnotations(path)) return DecodeAnnotations(path, arguments.Flag("--csv"));
  if (arguments.Flag("--csv")) throw WrongUse("--csv is for annotations");
  std::cout << dicom::WriteJson(DecodeToJson(dicom::ReadFile(path).data_set)) << '\n';
  return 0;
}

int Labels(const Words& words) {
  const ToolArguments arguments(words, {"--source", "--series", "--out"}, {});
  const seg::Source source =
      seg::ReadSource(arguments.Required("--source"), arguments.Get("--series"));
  const results::Regions frames = FramesOf(source);
  const results::StructureSet set =
      results::ReadStructureSet(dicom::ReadFile(fs::path(arguments.OneFile())).data_set);
  seg::Labels labels{static_cast<uint32_t>(source.frames.size()),
                     source.rows,
                     source.columns,
                     seg::LabelType::kUint8,
                     {}};
  labels.bytes.assign(labels.view().bytes(), 0);
  if (set.regions.size() > 255) throw Error(ErrorKind::kUnsupported, "more than 255 regions");
  std::vector<uint8_t> mask(labels.bytes.size());
  size_t overlapping = 0;
  for (size_t i = 0; i < set.regions.size(); ++i) {
    std::fill(mask.begin(), mask.end(), 0);
    const size_t nowhere = results::Rasterize(set.regions[i], frames, mask);
    if (nowhere > 0) {
      std::cerr << "region " << i + 1 << ": " << nowhere << " contours lie on no image\n";
    }
    for (size_t k = 0; k < mask.size(); ++k) {
      if (mask[k] == 0) continue;
      overlapping += labels.bytes[k] != 0 ? 1 : 0;
      labels.bytes[k] = static_cast<uint8_t>(i + 1);
    }
  }
  if (overlapping > 0) {
    std::cerr << overlapping << " voxels are in several regions; the last one is written\n";
  }
  seg::WriteVolume(arguments.Required("--out"), {labels}, source);
  return 0;
}

int Verify(const Words& words) {
  const ToolArguments arguments(words, {"--source", "--series"}, {"--json"});
  if (arguments.files().empty()) throw WrongUse("verify needs a file");
  std::optional<results::Regions> frames;
  if (arguments.Has("--source")) {
    frames = FramesOf(seg::ReadSource(arguments.Get("--source"), arguments.Get("--series")));
  }
  bool errors = false;
  for (const std::string& name : arguments.files()) {
    auto findings = IsBulkAnnotations(name)
                        ? results::VerifyAnnotations(dicom::FileSource(name))
                        : results::Verify(dicom::ReadFile(fs::path(name)).data_set,
                                          frames ? &*frames : nullptr);
    for (Finding& finding : findings) {
      finding.file = name;
      std::cout << (arguments.Flag("--json") ? dicom::WriteJson(glossator::ToJson(finding))
                                             : name + ": " + ToLine(finding))
                << '\n';
    }
    errors = errors || HasErrors(findings);
  }
  return errors ? 3 : 0;
}

int Run(const Words& words) {
  if (words.empty()) throw WrongUse("a command is expected");
  if (words[0] == "--help" || words[0] == "--version") {
    std::cout << (words[0] == "--help" ? kHelp : "glossator-result 0.1.0\n");
    return 0;
  }
  const std::pair<const char*, int (*)(const Words&)> commands[] = {{"encode", Encode},
                                                                    {"reject", Reject},
                                                                    {"decode", Decode},
                                                                    {"labels", Labels},
                                                                    {"verify", Verify}};
  for (const auto& [name, run] : commands) {
    if (words[0] == name) return run({words.begin() + 1, words.end()});
  }
  throw WrongUse("unknown command " + words[0]);
}

}  // namespace
}  // namespace glossator::helpers

int main(int count, char** values) {
  try {
    const int status = glossator::helpers::Run({values + 1, values + count});
    std::cout.flush();
    return std::cout ? status : 1;
  } catch (const glossator::seg::WrongUse& wrong) {
    std::cerr << "glossator-result: " << wrong.what() << "\n" << glossator::helpers::kHelp;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "glossator-result: " << error.what() << "\n";
    return 1;
  }
}
