// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/tool.h"

#include <cmath>
#include <ostream>

#include "dicom/error.h"
#include "dicom/json.h"
#include "seg/convert.h"
#include "seg/file_sink.h"
#include "seg/load_labels.h"
#include "seg/split.h"
#include "seg/tool_arguments.h"
#include "seg/verify.h"
#include "seg/write_decoded.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

constexpr const char* kHelp =
    "Usage: glossator-seg encode --source DIR --labels FILE --description FILE.json --out FILE\n"
    "           [--type binary|fractional|labelmap] [--series UID] [--dtype uint8|uint16]\n"
    "           [--fractional-type probability|occupancy] [--maximum N] [--deflated]\n"
    "           [--compress rle|jpeg-ls|deflate] [--palette] [--keep-empty] [--resample]\n"
    "           [--split overlap|segment|group] [--instance UID] [--also DIR]\n"
    "           [--series-uid UID] [--instance-uid UID] [--series-number N] [--json]\n"
    "       glossator-seg decode FILE --out FILE.nii.gz|FILE.nrrd|FILE.raw [--source DIR]\n"
    "           [--probability] [--json]\n"
    "       glossator-seg verify [--source DIR] [--json] FILE...\n"
    "       glossator-seg info [--json] FILE\n"
    "       glossator-seg convert --type T FILE --out FILE [--deflated] [--compress C] "
    "[--palette]\n"
    "           [--json]\n"
    "Labels: .nii, .nii.gz, .nrrd, or raw voxels in source order (.raw, .raw.gz, with --dtype).\n"
    "--split writes FILE-1, FILE-2 and so on; --resample takes the nearest voxel of another grid;\n"
    "--also names images besides the source that were looked at; --instance a level of a slide.\n"
    "The description is explained in docs/segmentation.md; dcmqi's JSON is understood too.\n"
    "Exit status: 0 fine, 1 failed, 2 wrong use, 3 findings or refused.\n";

constexpr const char* kVersion = "glossator-seg 0.1.0\n";

struct KindName {
  const char* name;
  Kind kind;
};
constexpr KindName kKinds[] = {
    {"binary", Kind::kBinary}, {"fractional", Kind::kFractional}, {"labelmap", Kind::kLabelMap}};

Kind KindFrom(const std::string& name) {
  for (const KindName& kind : kKinds) {
    if (name == kind.name) return kind.kind;
  }
  throw WrongUse("--type takes binary, fractional or labelmap");
}

const char* NameOf(Kind kind) {
  for (const KindName& name : kKinds) {
    if (name.kind == kind) return name.name;
  }
  return "";
}

struct CompressionName {
  const char* name;
  Compression compression;
};
constexpr CompressionName kCompressions[] = {{"none", Compression::kNone},
                                             {"rle", Compression::kRle},
                                             {"jpeg-ls", Compression::kJpegLs},
                                             {"deflate", Compression::kDeflatedFrame}};

Compression CompressionFrom(const std::string& name) {
  for (const CompressionName& one : kCompressions) {
    if (name == one.name) return one.compression;
  }
  throw WrongUse("--compress takes rle, jpeg-ls or deflate");
}

struct SplitName {
  const char* name;
  Split split;
};
constexpr SplitName kSplits[] = {{"none", Split::kNone},
                                 {"overlap", Split::kOverlap},
                                 {"segment", Split::kPerSegment},
                                 {"group", Split::kPerGroup}};

Split SplitFrom(const std::string& name) {
  for (const SplitName& one : kSplits) {
    if (name == one.name) return one.split;
  }
  throw WrongUse("--split takes overlap, segment or group");
}

Options OptionsFrom(const ToolArguments& arguments) {
  Options options;
  options.kind = KindFrom(arguments.Get("--type", "binary"));
  const std::string type = arguments.Get("--fractional-type", "probability");
  if (type != "probability" && type != "occupancy") {
    throw WrongUse("--fractional-type takes probability or occupancy");
  }
  if (type == "occupancy") options.fractional_type = FractionalType::kOccupancy;
  options.maximum_fractional_value =
      static_cast<uint8_t>(arguments.Number("--maximum", 255, 1, 255));
  options.deflated = arguments.Flag("--deflated");
  options.compression = CompressionFrom(arguments.Get("--compress", "none"));
  options.palette = arguments.Flag("--palette");
  options.keep_empty_frames = arguments.Flag("--keep-empty");
  return options;
}

Identity IdentityFrom(const ToolArguments& arguments, UidSource& uids) {
  Identity identity;
  identity.series_instance_uid =
      arguments.Has("--series-uid") ? arguments.Get("--series-uid") : uids.New();
  identity.sop_instance_uid =
      arguments.Has("--instance-uid") ? arguments.Get("--instance-uid") : uids.New();
  identity.series_number =
      static_cast<int>(arguments.Number("--series-number", 300, 1, 2'000'000'000));
  return identity;
}

LoadOptions LoadOptionsFrom(const ToolArguments& arguments, const Options& options) {
  LoadOptions load;
  if (arguments.Required("--labels").find(".raw") != std::string::npos) {
    const std::string type = arguments.Required("--dtype");
    if (type != "uint8" && type != "uint16") throw WrongUse("--dtype takes uint8 or uint16");
    if (type == "uint16") load.raw_type = LabelType::kUint16;
  }
  load.resample = arguments.Flag("--resample");
  if (options.kind == Kind::kFractional) load.maximum_fraction = options.maximum_fractional_value;
  return load;
}

LabelLayers ReadLabels(const ToolArguments& arguments, const Source& source, Options& options,
                       std::ostream& talk) {
  bool resampled = false;
  auto layers = LoadLabels(arguments.Required("--labels"), source,
                           LoadOptionsFrom(arguments, options), &resampled);
  if (resampled) {
    options.derivation_note = "Labels resampled from another grid, nearest neighbour";
    talk << "glossator-seg: warning: resampled from another grid, nearest neighbour\n";
  }
  return layers;
}

// The series below the folder that --also names.
std::vector<SeriesReference> AlsoUsed(const ToolArguments& arguments) {
  std::vector<SeriesReference> references;
  if (!arguments.Has("--also")) return references;
  const std::filesystem::path directory = arguments.Get("--also");
  for (const auto& [uid, count] : ListSeries(directory)) {
    const Source source = ReadSource(directory, uid);
    references.push_back({source.study_instance_uid, uid, source.instances});
  }
  return references;
}

void Say(const std::vector<Finding>& findings, bool json, std::ostream& stream) {
  for (const Finding& finding : findings) {
    if (json) {
      stream << dicom::WriteJson(ToJson(finding)) << '\n';
    } else {
      stream << (finding.file.empty() ? "" : finding.file + ": ") << ToLine(finding) << '\n';
    }
  }
}

Json::Value JsonOf(const Encoded& encoded, const Identity& identity, const std::string& out) {
  Json::Value json(Json::objectValue);
  json["out"] = out;
  json["seriesInstanceUid"] = identity.series_instance_uid;
  json["sopInstanceUid"] = encoded.sop_instance_uid;
  json["frames"] = encoded.frames;
  json["bytes"] = static_cast<Json::UInt64>(encoded.bytes);
  json["segments"] = Json::Value(Json::arrayValue);
  for (size_t i = 0; i < encoded.segment_numbers.size(); ++i) {
    Json::Value segment(Json::objectValue);
    segment["number"] = encoded.segment_numbers[i];
    segment["trackingUid"] = encoded.tracking_uids[i];
    json["segments"].append(segment);
  }
  return json;
}

void SayEncoded(const Encoded& encoded, const Identity& identity, const ToolArguments& arguments,
                const std::string& out, std::ostream& stream) {
  if (arguments.Flag("--json")) {
    stream << dicom::WriteJson(JsonOf(encoded, identity, out)) << '\n';
  } else {
    stream << out << ": " << encoded.frames << " frames, " << encoded.segment_numbers.size()
           << " segments, " << encoded.bytes << " bytes\n";
  }
}

std::filesystem::path Numbered(const std::filesystem::path& path, size_t number) {
  std::filesystem::path numbered = path;
  numbered.replace_filename(path.stem().string() + "-" + std::to_string(number) +
                            path.extension().string());
  return numbered;
}

struct Job {
  const ToolArguments& arguments;
  const ToolPorts& ports;
  const Source& source;
  const Options& options;
};

// False when its labels are refused; then nothing is written.
bool Accept(const Job& job, std::span<const LabelVolume> views, const Description& description) {
  const auto findings = CheckLabels(job.source, views, description, job.options);
  Say(findings, job.arguments.Flag("--json"), job.ports.talk);
  return !HasErrors(findings);
}

void EncodePart(const Job& job, std::span<const LabelVolume> views, const Description& description,
                const Identity& identity, const std::filesystem::path& out) {
  const Encoded encoded = EncodeToFile(out, job.source, views, description, identity, job.options,
                                       job.ports.uids, job.ports.clock.Now());
  SayEncoded(encoded, identity, job.arguments, out.string(), job.ports.out);
}

// All parts are checked before the first is written; one at a time is in memory.
int EncodeParts(const Job& job, std::span<const LabelVolume> layers, const Description& description,
                Split split) {
  const std::filesystem::path out = job.arguments.Required("--out");
  const Kind kind = job.options.kind;
  const auto parts = SplitDescription(layers, description, split);
  for (const Description& part : parts) {
    const Part made = PartOf(layers, description, part, kind);
    if (!Accept(job, made.views(), part)) return 3;
  }
  Identity identity = IdentityFrom(job.arguments, job.ports.uids);
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) identity.sop_instance_uid = job.ports.uids.New();
    identity.instance_number = static_cast<int>(i) + 1;
    const Part made = PartOf(layers, description, parts[i], kind);
    EncodePart(job, made.views(), parts[i], identity,
               parts.size() == 1 ? out : Numbered(out, i + 1));
  }
  return 0;
}

// Labels that no segment describes would be lost in the parts unseen.
bool AllDescribed(const Job& job, std::span<const LabelVolume> views,
                  const Description& description) {
  Job whole = job;
  Options options = job.options;
  if (options.kind == Kind::kLabelMap) {
    options.kind = Kind::kBinary;
    options.palette = false;
    options.compression = Compression::kNone;
  }
  const Job as_binary{whole.arguments, whole.ports, whole.source, options};
  return Accept(as_binary, views, description);
}

int RunEncode(const std::vector<std::string>& words, const ToolPorts& ports) {
  const ToolArguments arguments(
      words,
      {"--source", "--labels", "--description", "--out", "--type", "--series", "--dtype",
       "--fractional-type", "--maximum", "--series-uid", "--instance-uid", "--series-number",
       "--compress", "--split", "--instance", "--also"},
      {"--deflated", "--keep-empty", "--palette", "--resample", "--json"});
  if (!arguments.files().empty()) throw WrongUse("encode takes options only");
  const std::filesystem::path out = arguments.Required("--out");
  Options options = OptionsFrom(arguments);
  const Split split = SplitFrom(arguments.Get("--split", "none"));
  const Json::Value json = dicom::ParseJson(ReadBytes(arguments.Required("--description")));
  const auto findings = CheckDescription(json);
  Say(findings, arguments.Flag("--json"), ports.talk);
  if (HasErrors(findings)) return 3;
  const Description description = ParseDescription(json);
  const Source source = ReadSource(arguments.Required("--source"), arguments.Get("--series"),
                                   arguments.Get("--instance"));
  options.also_used = AlsoUsed(arguments);
  const auto layers = ReadLabels(arguments, source, options, ports.talk);
  const auto& views = layers.views;
  const Job job{arguments, ports, source, options};
  if (split == Split::kNone) {
    if (!Accept(job, views, description)) return 3;
    EncodePart(job, views, description, IdentityFrom(arguments, ports.uids), out);
    return 0;
  }
  if (!AllDescribed(job, views, description)) return 3;
  return EncodeParts(job, views, description, split);
}

void SayDecoded(const std::string& out, const VolumeShape& shape, bool as_json,
                std::ostream& stream) {
  Json::Value json(Json::objectValue);
  json["out"] = out;
  json["layers"] = shape.layers;
  for (const uint32_t side : {shape.frames, shape.rows, shape.columns}) json["shape"].append(side);
  if (as_json) {
    stream << dicom::WriteJson(json) << '\n';
  } else {
    stream << out << ": " << shape.layers << " layers of " << shape.frames << " x " << shape.rows
           << " x " << shape.columns << '\n';
  }
}

int RunDecode(const std::vector<std::string>& words, const ToolPorts& ports) {
  const ToolArguments arguments(words, {"--out", "--source", "--series", "--instance"},
                                {"--json", "--probability"});
  const std::string out = arguments.Required("--out");
  FrameDecoder decoder(arguments.OneFile());
  const bool probability = arguments.Flag("--probability");
  if (probability && decoder.segmentation().kind != Kind::kFractional) {
    throw Error(ErrorKind::kConflict, "segmentation: only FRACTIONAL has probabilities");
  }
  const Source grid = arguments.Has("--source")
                          ? ReadSource(arguments.Get("--source"), arguments.Get("--series"),
                                       arguments.Get("--instance"))
                          : OwnGrid(decoder.segmentation());
  const Written written = WriteDecoded(decoder, grid, out, probability);
  if (!written.even) {
    ports.talk << "warning: frames are not evenly spaced; the file's geometry is only close\n";
  }
  SayDecoded(out, written.shape, arguments.Flag("--json"), ports.out);
  return 0;
}

int RunVerify(const std::vector<std::string>& words, const ToolPorts& ports) {
  const ToolArguments arguments(words, {"--source", "--series", "--instance"}, {"--json"});
  if (arguments.files().empty()) throw WrongUse("verify needs a file");
  std::optional<Source> source;
  if (arguments.Has("--source")) {
    source = ReadSource(arguments.Get("--source"), arguments.Get("--series"),
                        arguments.Get("--instance"));
  }
  bool any = false;
  for (const std::string& file : arguments.files()) {
    const auto findings = VerifyFile(file, source ? &*source : nullptr);
    Say(findings, arguments.Flag("--json"), ports.out);
    any |= !findings.empty();
  }
  return any ? 3 : 0;
}

Json::Value InfoOf(const Segmentation& segmentation) {
  Json::Value json(Json::objectValue);
  json["type"] = NameOf(segmentation.kind);
  json["sopInstanceUid"] = segmentation.sop_instance_uid;
  json["seriesInstanceUid"] = segmentation.series_instance_uid;
  json["studyInstanceUid"] = segmentation.study_instance_uid;
  json["frameOfReferenceUid"] = segmentation.frame_of_reference_uid;
  json["frames"] = static_cast<Json::UInt64>(segmentation.frames.size());
  json["rows"] = segmentation.rows;
  json["columns"] = segmentation.columns;
  json["description"] = ToJson(segmentation.description);
  const auto counts = CountVoxels(segmentation);
  for (Json::Value& segment : json["description"]["segments"]) {
    const auto count = counts.find(static_cast<uint16_t>(segment["label"].asUInt()));
    segment["voxels"] = static_cast<Json::UInt64>(count == counts.end() ? 0 : count->second);
  }
  return json;
}

int RunInfo(const std::vector<std::string>& words, const ToolPorts& ports) {
  const ToolArguments arguments(words, {}, {"--json"});
  const Json::Value json = InfoOf(ReadSegmentation(arguments.OneFile()));
  if (arguments.Flag("--json")) {
    ports.out << dicom::WriteJson(json) << '\n';
    return 0;
  }
  ports.out << json["type"].asString() << ", " << json["frames"].asUInt64() << " frames of "
            << json["rows"].asUInt() << " x " << json["columns"].asUInt() << '\n';
  for (const Json::Value& segment : json["description"]["segments"]) {
    ports.out << segment["label"].asUInt() << '\t' << segment["name"].asString() << '\t'
              << segment["type"]["meaning"].asString() << '\t' << segment["voxels"].asUInt64()
              << " voxels\n";
  }
  return 0;
}

int RunConvert(const std::vector<std::string>& words, const ToolPorts& ports) {
  const ToolArguments arguments(words,
                                {"--type", "--out", "--fractional-type", "--maximum",
                                 "--series-uid", "--instance-uid", "--series-number", "--compress"},
                                {"--deflated", "--keep-empty", "--palette", "--json"});
  arguments.Required("--type");
  const Segmentation segmentation = ReadSegmentation(arguments.OneFile());
  const Options options = OptionsFrom(arguments);
  const Identity identity = IdentityFrom(arguments, ports.uids);
  if (segmentation.kind == Kind::kFractional && options.kind != Kind::kFractional) {
    ports.talk << "fractions of at least half of the maximum count as set\n";
  }
  FileSink file(arguments.Required("--out"));
  const Encoded encoded = Convert(segmentation, identity, options, ports.uids, ports.clock.Now(),
                                  [&](std::string_view piece) { file.Write(piece); });
  file.Commit();
  SayEncoded(encoded, identity, arguments, arguments.Get("--out"), ports.out);
  return 0;
}

struct Call {
  const char* name;
  int (*run)(const std::vector<std::string>& words, const ToolPorts& ports);
};
constexpr Call kCalls[] = {{"encode", RunEncode},
                           {"decode", RunDecode},
                           {"verify", RunVerify},
                           {"info", RunInfo},
                           {"convert", RunConvert}};

int Dispatch(const std::vector<std::string>& words, const ToolPorts& ports) {
  for (const std::string& word : words) {
    if (word == "--help" || word == "-h") return ports.out << kHelp, 0;
    if (word == "--version") return ports.out << kVersion, 0;
  }
  for (const Call& call : kCalls) {
    if (!words.empty() && words[0] == call.name) {
      return call.run({words.begin() + 1, words.end()}, ports);
    }
  }
  throw WrongUse("expected encode, decode, verify, info or convert");
}

// Input that does not fit is refused; what is missing or broken has failed.
int StatusOf(ErrorKind kind) {
  const bool refused = kind == ErrorKind::kInvalid || kind == ErrorKind::kConflict ||
                       kind == ErrorKind::kUnsupported;
  return refused ? 3 : 1;
}

}  // namespace

int RunTool(const std::vector<std::string>& words, const ToolPorts& ports) {
  try {
    return Dispatch(words, ports);
  } catch (const WrongUse& fault) {
    ports.talk << "glossator-seg: " << fault.what() << "\n\n" << kHelp;
    return 2;
  } catch (const Error& error) {
    ports.talk << "glossator-seg: " << error.what() << '\n';
    return StatusOf(error.kind());
  } catch (const std::exception& error) {
    ports.talk << "glossator-seg: " << error.what() << '\n';
    return 1;
  }
}

}  // namespace glossator::seg
