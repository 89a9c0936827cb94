// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/sr/peer.h"

#include <dcmtk/config/osconfig.h>
// The order matters to DCMTK.
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmsr/dsrdoc.h>

#include <stdexcept>

namespace glossator::sr::bench {
namespace {

using Entry = DSRBasicCodedEntry;

void Require(const OFCondition& condition) {
  if (condition.bad()) throw std::runtime_error(condition.text());
}

class Builder {
 public:
  explicit Builder(DSRDocumentTree& tree) : tree_(tree) {}

  void Item(DSRTypes::E_RelationshipType relationship, DSRTypes::E_ValueType type,
            const Entry& name, DSRTypes::E_AddMode mode) {
    if (tree_.addContentItem(relationship, type, mode) == 0) {
      throw std::runtime_error("item refused");
    }
    Require(tree_.getCurrentContentItem().setConceptName(
        DSRCodedEntryValue(name.CodeValue, name.CodingSchemeDesignator, name.CodeMeaning)));
  }
  void Text(DSRTypes::E_RelationshipType relationship, DSRTypes::E_ValueType type,
            const Entry& name, const std::string& value, DSRTypes::E_AddMode mode) {
    Item(relationship, type, name, mode);
    Require(tree_.getCurrentContentItem().setStringValue(value.c_str()));
  }
  void Code(DSRTypes::E_RelationshipType relationship, const Entry& name, const Entry& value,
            DSRTypes::E_AddMode mode = DSRTypes::AM_afterCurrent) {
    Item(relationship, DSRTypes::VT_Code, name, mode);
    Require(tree_.getCurrentContentItem().setCodeValue(
        DSRCodedEntryValue(value.CodeValue, value.CodingSchemeDesignator, value.CodeMeaning)));
  }
  void Number(const Entry& name, const char* value, const Entry& unit) {
    Item(DSRTypes::RT_contains, DSRTypes::VT_Num, name, DSRTypes::AM_afterCurrent);
    Require(tree_.getCurrentContentItem().setNumericValue(DSRNumericMeasurementValue(
        value, DSRCodedEntryValue(unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning))));
  }
  void Image(const Entry& name) {
    Item(DSRTypes::RT_contains, DSRTypes::VT_Image, name, DSRTypes::AM_afterCurrent);
    Require(tree_.getCurrentContentItem().setImageReference(
        DSRImageReferenceValue("1.2.840.10008.5.1.4.1.1.2", "2.25.101")));
  }
  void Up() { tree_.goUp(); }

 private:
  DSRDocumentTree& tree_;
};

void AddGroup(Builder& build, int number, bool first) {
  const std::string text = std::to_string(number);
  const auto context = DSRTypes::RT_hasObsContext;
  const auto holds = DSRTypes::RT_contains;
  build.Item(holds, DSRTypes::VT_Container, Entry("125007", "DCM", "Measurement Group"),
             first ? DSRTypes::AM_belowCurrent : DSRTypes::AM_afterCurrent);
  build.Text(context, DSRTypes::VT_Text, Entry("112039", "DCM", "Tracking Identifier"),
             "Finding " + text, DSRTypes::AM_belowCurrent);
  build.Text(context, DSRTypes::VT_UIDRef, Entry("112040", "DCM", "Tracking Unique Identifier"),
             "2.25.3" + text, DSRTypes::AM_afterCurrent);
  build.Code(holds, Entry("276214006", "SCT", "Finding category"), Entry("1", "99X", "Category"));
  build.Code(holds, Entry("121071", "DCM", "Finding"), Entry("4147007", "SCT", "Mass"));
  build.Image(Entry("121112", "DCM", "Source of Measurement"));
  build.Code(DSRTypes::RT_hasConceptMod, Entry("363698007", "SCT", "Finding Site"),
             Entry("39607008", "SCT", "Lung"));
  build.Code(DSRTypes::RT_hasConceptMod, Entry("272741003", "SCT", "Laterality"),
             Entry("24028007", "SCT", "Right"), DSRTypes::AM_belowCurrent);
  build.Up();
  for (int i = 0; i < 5; ++i) {
    build.Number(Entry("118565006", "SCT", "Volume"), "1234.5",
                 Entry("mm3", "UCUM", "cubic millimeter"));
  }
  for (int i = 0; i < 3; ++i) {
    build.Code(holds, Entry("Q", "99X", "Question"), Entry("A", "99X", "Answer"));
  }
  build.Up();
}

void AddRoot(Builder& build) {
  build.Item(DSRTypes::RT_isRoot, DSRTypes::VT_Container,
             Entry("126000", "DCM", "Imaging Measurement Report"), DSRTypes::AM_afterCurrent);
  build.Code(DSRTypes::RT_hasObsContext, Entry("121005", "DCM", "Observer Type"),
             Entry("121006", "DCM", "Person"), DSRTypes::AM_belowCurrent);
  build.Text(DSRTypes::RT_hasObsContext, DSRTypes::VT_PName,
             Entry("121008", "DCM", "Person Observer Name"), "R-0042", DSRTypes::AM_afterCurrent);
  build.Code(DSRTypes::RT_hasConceptMod, Entry("121058", "DCM", "Procedure reported"),
             Entry("77477000", "SCT", "Computed tomography"));
  build.Item(DSRTypes::RT_contains, DSRTypes::VT_Container,
             Entry("126010", "DCM", "Imaging Measurements"), DSRTypes::AM_afterCurrent);
}

}  // namespace

void PeerWrite(const std::string& path, int groups) {
  DSRDocument document;
  Require(document.createNewDocument(DSRTypes::DT_Comprehensive3DSR));
  Builder build(document.getTree());
  AddRoot(build);
  for (int i = 0; i < groups; ++i) AddGroup(build, i, i == 0);
  document.getCurrentRequestedProcedureEvidence().addItem("2.25.1", "2.25.2",
                                                          "1.2.840.10008.5.1.4.1.1.2", "2.25.101");
  DcmFileFormat file;
  Require(document.write(*file.getDataset()));
  Require(file.saveFile(path.c_str(), EXS_LittleEndianExplicit));
}

int PeerRead(const std::string& path) {
  DcmFileFormat file;
  Require(file.loadFile(path.c_str()));
  DSRDocument document;
  Require(document.read(*file.getDataset()));
  return static_cast<int>(document.getTree().countNodes());
}

}  // namespace glossator::sr::bench
