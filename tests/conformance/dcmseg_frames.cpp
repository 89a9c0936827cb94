// SPDX-License-Identifier: GPL-3.0-or-later
// What DCMTK's dcmseg reads: dcmseg_frames FILE... writes FILE.frames, for each frame its segment
// number (two bytes, little endian) and then a byte a voxel. Exit status 1: a file is not readable.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmfg/fgseg.h>
#include <dcmtk/dcmseg/segdoc.h>
#include <dcmtk/oflog/oflog.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

namespace {

bool Dump(const std::string& path) {
  DcmSegmentation* raw = nullptr;
  if (DcmSegmentation::loadFile(path.c_str(), raw).bad()) return false;
  const std::unique_ptr<DcmSegmentation> segmentation(raw);
  Uint16 rows = 0;
  Uint16 columns = 0;
  DcmIODImage<IODImagePixelModule<Uint8>>& image = *segmentation;
  image.getImagePixel().getRows(rows);
  image.getImagePixel().getColumns(columns);
  std::ofstream out(path + ".frames", std::ios::binary);
  for (size_t i = 0; i < segmentation->getNumberOfFrames(); ++i) {
    auto* group =
        OFstatic_cast(FGSegmentation*, segmentation->getFunctionalGroups().get(
                                           static_cast<Uint32>(i), DcmFGTypes::EFG_SEGMENTATION));
    Uint16 number = 0;
    if (group == nullptr || group->getReferencedSegmentNumber(number).bad()) return false;
    out.put(static_cast<char>(number & 0xFF)).put(static_cast<char>(number >> 8));
    const DcmIODTypes::Frame* frame = segmentation->getFrame(i);
    for (size_t k = 0; k < size_t{rows} * columns; ++k) {
      out.put(static_cast<char>(frame->pixData[k / 8] >> (k % 8) & 1));
    }
  }
  return static_cast<bool>(out);
}

}  // namespace

int main(int count, char** words) {
  OFLog::configure(OFLogger::FATAL_LOG_LEVEL);
  for (int i = 1; i < count; ++i) {
    if (Dump(words[i])) continue;
    std::fprintf(stderr, "dcmseg_frames: cannot read file %d\n", i);
    return 1;
  }
}
