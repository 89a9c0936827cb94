// SPDX-License-Identifier: GPL-3.0-or-later
// The modules that all kinds share. Of this room only.
#pragma once

#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "model/ports.h"
#include "results/object.h"

namespace glossator::results {

// Patient and study of `head`, series, equipment and SOP Common, in UTF-8. Throws Error{kInvalid}
// on an identity that is none.
dicom::DataSet Begin(const dicom::DataSet& head, const std::string& sop_class, const char* modality,
                     const Identity& identity, const Equipment& equipment, Time now);

// Declares private coding schemes (PS3.3 C.12.1) and the character set: that of `head` when it can
// say all, else ISO_IR 192.
void Finish(dicom::DataSet& object, const dicom::DataSet& head);

// Common Instance Reference (PS3.3 C.12.2) of an object of this study.
void PutReferences(dicom::DataSet& object, const std::vector<InstanceReference>& instances);

// Referenced SOP Class, Instance and frames (PS3.3 10.3).
dicom::DataSet SopReference(const InstanceReference& instance);
std::vector<dicom::DataSet> SopReferences(const std::vector<InstanceReference>& instances);

// The item of a sequence whose attribute has that value, made when there is none.
dicom::DataSet& ItemWith(dicom::DataSet& parent, dicom::Tag sequence, dicom::Tag key,
                         const std::string& value);

// ASCII for a CS or SH that comes from a text: upper case, what is foreign becomes '_', cut.
std::string ToCodeString(const std::string& text, size_t characters_max = 16);
// Cut at `characters_max`, never within a UTF-8 sequence.
std::string Shortened(const std::string& text, size_t characters_max);

}  // namespace glossator::results
