# SPDX-License-Identifier: GPL-3.0-or-later
"""First inputs for the fuzzers, all of them self-made. What they led to, minimized, is in corpus/."""
import gzip
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fixtures"))

LOCK = "2.25.999"
FORM = """{"seriesInstanceUid":"2.25.101","shape":[5,7,9],"dtype":"uint8","segments":[
{"number":1,"label":"Nodule","algorithm":{"type":"AUTOMATIC","name":"a"},
"category":{"code":"49755003","scheme":"SCT","meaning":"m"},
"type":{"code":"27925004","scheme":"SCT","meaning":"Nodule"}}],
"measurements":[{"trackingIdentifier":"N","segment":1,"value":12.5,"unit":"mm3",
"concept":{"code":"118565006","scheme":"SCT","meaning":"Volume"}}]}"""
LAB_CALLS = ["hello", "status", "batches", "returned_ready", "stop"]
LAB_PAGES = ["studies", "deliveries", "quarantine", "events"]
STEWARD_CALLS = ["quarantine.list", "quarantine.show", "quarantine.release", "quarantine.redact",
                 "quarantine.reject", "rules.list", "rules.add", "rules.remove",
                 "conflicts", "held.list", "held.show", "held.resolve",
                 "identity.merge", "identity.split", "routes.match", "destination.test",
                 "product.list", "product.prepare", "product.release", "product.revoke"]


def files():
    """Small images of five encodings, as Part 10 files."""
    import synthetic
    with tempfile.TemporaryDirectory() as folder:
        for modality in ("CT", "NM"):
            for syntax in synthetic.SYNTAXES:
                plan = synthetic.Plan(modality=modality, rows=2, columns=2, slices=1, syntax=syntax)
                path = synthetic.write(plan, pathlib.Path(folder) / f"{modality}-{syntax}")[0]
                yield path.read_bytes()


def data_sets():
    """What follows the meta information, with the syntax that is read out of it."""
    for content in files():
        length = int.from_bytes(content[140:144], "little")
        meta = content[144:144 + length]
        at = meta.index(b"\x02\x00\x10\x00UI") + 8
        size = int.from_bytes(meta[at - 2:at], "little")
        yield meta[at:at + size].rstrip(b"\0").decode(), content[144 + length:]


def syntaxes():
    """The UIDs in the order of dicom::AllTransferSyntaxes."""
    import re
    text = (ROOT / "dicom" / "transfer_syntax.cpp").read_text()
    return list(dict.fromkeys(re.findall(r'"(1\.2\.840\.10008\.1\.2[0-9.]*)"', text)))


def with_syntax():
    order = syntaxes()
    for uid, data_set in data_sets():
        yield bytes([order.index(uid)]) + data_set


def heads():
    order = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"]
    for uid, data_set in data_sets():
        if uid in order:
            yield bytes([order.index(uid)]) + data_set[:1900]


def reports():
    content = (ROOT / "tests/unit/structured-report/golden.dcm").read_bytes()
    length = int.from_bytes(content[140:144], "little")
    yield content[144 + length:]


def descriptions():
    for path in sorted((ROOT / "docs/examples/reports").glob("*.json")):
        yield path.read_bytes()
    yield (b'{"type":"CONTAINER","concept":{"value":"1","scheme":"DCM","meaning":"m"},"children":['
           b'{"type":"NUM","relationship":"CONTAINS","value":{"value":"1.5","exact":1.5}},'
           b'{"type":"TCOORD","value":{"range_type":"POINT","sample_positions":[1]}},'
           b'{"type":"by reference","refers_to":[1,2]}]}')


def annotations():
    """Whole files: the golden object, and other kinds of result objects."""
    for path in sorted((ROOT / "tests/unit/results").glob("golden_*.dcm")):
        yield path.read_bytes()


def multipart(labels):
    return (b"--b\r\nContent-Disposition: form-data; name=\"submission\"\r\n"
            b"Content-Type: application/json\r\n\r\n" + FORM.encode() +
            b"\r\n--b\r\nContent-Disposition: form-data; name=\"labels\"\r\n\r\n" + labels +
            b"\r\n--b--\r\n")


def bodies():
    labels = bytes([1, 0, 0] * 105)
    for route, body in [
            (0, multipart(labels)), (0, multipart(gzip.compress(labels, mtime=0))),
            (1, b'{"00081195":{"vr":"UI","Value":["2.25.999"]},'
                b'"00741000":{"vr":"CS","Value":["COMPLETED"]}}'),
            (1, b'[{"00741000":{"vr":"CS","Value":["CANCELED"]}}]'),
            (2, b'{"00741002":{"vr":"SQ","Value":[{"00741004":{"vr":"DS","Value":[50]}}]}}'),
            (3, b'{"00404021":{"vr":"SQ","Value":[{"0020000D":{"vr":"UI","Value":["2.25.100"]}}]},'
                b'"00741000":{"vr":"CS","Value":["SCHEDULED"]},"00080018":{"vr":"UI",'
                b'"Value":["2.25.77"]}}'),
            (4, b'{"verdict":"ACCEPT","reason":""}'), (4, b'{"verdict":"RETURN","reason":"why"}'),
            (5, b'{"00081195":{"vr":"UI","Value":["2.25.8"]},'
                b'"00741000":{"vr":"CS","Value":["IN PROGRESS"]}}'),
            (6, b"ProcedureStepState=SCHEDULED&limit=3&00080018=1.2&fuzzymatching=true"),
            (7, b"project=LUNG&state=OPEN&limit=10&after=1")]:
        yield bytes([route]) + body


def lines():
    for call in LAB_CALLS:
        yield b'\0{"call":"%s"}' % call.encode()
    for call in LAB_PAGES:
        yield b'\0{"call":"%s","after":1,"limit":5}' % call.encode()
    yield b'\0{"call":"release","study_uid":"2.25.1"}\n{"call":"imported","batch":1}'
    for call in STEWARD_CALLS:
        yield (b'\1{"call":"%s","number":1,"after":0,"why":"w","decision":"send","name":"pacs",'
               b'"project":"lung","from":"A","into":"B","called":"GL_LUNG","calling":"P",'
               b'"peer":"127.0.0.1"}' % call.encode())


def replies():
    study = (b'{"seq":1,"study":1,"project":"L","study_uid":"1.2","patient_code":"P","state":'
             b'"RELEASED","instances":1,"sealed":0,"reasons":["x"],"revision":1}')
    record = (b'{"segment":1,"offset":0,"sop_instance_uid":"1","series_instance_uid":"1",'
              b'"sop_class_uid":"1","transfer_syntax_uid":"1","sha256":"a","size":1,"head_size":1}')
    yield b'\1{"ok":true,"items":[' + study + b'],"next":1}'
    yield (b'\2{"items":[{"batch":1,"study":1,"project":"L","study_uid":"1","patient_code":"P",'
           b'"revision":1,"key":"00","records":[' + record + b"]}]}")
    yield (b'\3{"items":[{"seq":1,"delivery":1,"result":"r","destination":"d","state":"s",'
           b'"reason":"","attempts":1,"updated":""}],"next":2}')
    yield b'\5{"items":[{"seq":1,"time":"t","type":"x","fields":{}}]}'


def configurations():
    import re
    yield re.sub(r"^\s*//.*$", "", (ROOT / "packaging/glossator.json").read_text(),
                 flags=re.MULTILINE).strip().encode()
    yield (b'{"Directory":"/d","KeyFile":"/k","Intake":{"Address":"::1","Port":1,"Tls":{'
           b'"Certificate":"/c","PrivateKey":"/p","Trusted":"/t"}},"Lab":{"Port":2},"Projects":[{'
           b'"Id":"A","Policy":"basic","QuietSeconds":1.5,"Destination":"x"}],"Routes":[{"CalledAet"'
           b':"A","CallingAet":"*","Peer":"10.0.0.0/8","Project":"A"}],"Destinations":{"x":{"Aet":"X"'
           b',"Address":"10.0.0.1","Port":3,"Commitment":"query","LabelMap":true,"Enabled":true}},'
           b'"AllowedNetworks":["10.0.0.0/8"],"Readers":[{"User":"u","Id":"R","Name":"N",'
           b'"Organization":"O","Roles":["annotator"],"Projects":["A"]}]}')


def volumes():
    """NRRD, description; a Segmentation object needs the encoder (corpus/ has some)."""
    yield b"\2NRRD0004\ntype: uint8\ndimension: 3\nsizes: 2 2 2\nencoding: raw\n\n" + bytes(8)
    nifti = bytearray(352 + 8)
    nifti[0:4] = (348).to_bytes(4, "little")
    nifti[40:50] = b"".join(n.to_bytes(2, "little") for n in (3, 2, 2, 2, 1))
    nifti[70:74] = (2).to_bytes(2, "little") + (8).to_bytes(2, "little")
    nifti[108:112] = b"\0\0\xb0\x43"
    nifti[344:348] = b"n+1\0"
    yield b"\1" + bytes(nifti)
    yield (b'\3{"series_description":"s","content_creator":"c","segments":[{"label":1,"name":"n",'
           b'"category":{"code":"1","scheme":"SCT","meaning":"m"},"type":{"code":"2","scheme":"SCT",'
           b'"meaning":"m"},"algorithm_type":"MANUAL","color":[1,2,3]}]}')


def frames():
    """Requests of glossator-codec, whole; and one frame each behind a byte that names its codec."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    import codec_peer as codec
    layout = codec.Format(4, 6)
    rle = bytes([1, 0, 0, 0, 64]) + bytes(59) + bytes([0x100 - 23, 7])
    for action in (codec.LOOK, codec.CLEAN, codec.PICTURE, codec.DECODE):
        yield b"\xff" + codec.request(action, "", layout, bytes(range(24)), blank=[(1, 1, 2, 2)])
    yield b"\xff" + codec.request(codec.CLEAN, "1.2.840.10008.1.2.5", layout, rle)
    yield b"\xff" + codec.request(codec.REPLACE, "1.2.840.10008.1.2.5", layout, rle,
                                  native=bytes(range(24)))
    yield bytes([1, 5, 3, 0]) + rle
    # Two blocks of 12-bit DCT JPEG, the second like the first.
    twelve = bytes.fromhex(
        "ffd8" "ffdb004300" + "04" * 64 + "ffc1000b0c000800100101 1100".replace(" ", "")
        + "ffc4001500" "00020000000000000000000000000000" "000c"
        + "ffc4001410" "00010000000000000000000000000000" "00" "ffda0008010100003f00"
        + "55dc0f" "ffd9")
    yield bytes([3, 15, 7, 6]) + twelve


def film_streams():
    """Behind a byte that names the coding and the size of the pieces."""
    import film_files
    import films
    order = [films.MPEG2, films.H264, films.HEVC]
    for syntax in order:
        yield bytes([9 + order.index(syntax)]) + films.planted(syntax, "Castorp")
    for (coding, _), content in film_files.FILES.items():
        yield bytes([order.index(getattr(films, coding))]) + content


def texts():
    yield b"CT chest for Hans Castorp, born 12.04.1907, MRN 4711 0815, Dr. von Stone, S. K."
    yield b"2024-02-29 29 Feb 2024 March 1, 2024 03/04/2024 L4/5 +49 441 998877 12 Main Street"


def head_slices():
    """A slice of a head in 32 x 32 pixels; the fuzzer makes a series of it."""
    import struct
    side = 32
    inside = [(x - 16) ** 2 / 90 + (y - 16) ** 2 / 150 < 1 for y in range(side) for x in range(side)]
    values = [(b"\x08\0\x16\0", b"UI", b"1.2.840.10008.5.1.4.1.1.4\0"),
              (b"\x18\0\x15\0", b"CS", b"HEAD"),
              (b"\x20\0\x32\0", b"DS", b"0\\0\\0 "), (b"\x20\0\x37\0", b"DS", b"1\\0\\0\\0\\1\\0 "),
              (b"\x28\0\x02\0", b"US", b"\1\0"), (b"\x28\0\x04\0", b"CS", b"MONOCHROME2 "),
              (b"\x28\0\x10\0", b"US", bytes([side, 0])), (b"\x28\0\x11\0", b"US", bytes([side, 0])),
              (b"\x28\0\x30\0", b"DS", b"8\\8 "), (b"\x28\0\0\1", b"US", b"\x08\0"),
              (b"\x28\0\1\1", b"US", b"\x08\0"), (b"\x28\0\3\1", b"US", b"\0\0")]
    head = b"".join(tag + vr + struct.pack("<H", len(value)) + value for tag, vr, value in values)
    pixels = bytes(200 if one else 3 for one in inside)
    yield bytes([50]) + head + b"\xe0\x7f\x10\0OB\0\0" + struct.pack("<I", len(pixels)) + pixels


def device_rules():
    yield (b'{ Manufacturer.containsIgnoreCase("acme") * (Rows.equals("480") + '
           b'[0008,1090].matches("Echo.*")) }\n(0,0,640,40) (1,2,3,4)\n')
    yield b'{"version":1,"rules":[{"match":{"Modality":"US"},"blank":[[0,0,9,9]],"detect":true}]}'


SEEDS = {"fuzz_pixels_rules": device_rules, "fuzz_pixels_deface": head_slices, "fuzz_deid_text": texts,
         "fuzz_deid_film": film_streams, "fuzz_codec_serve": frames, "fuzz_dicom_file": files, "fuzz_dicom_read": with_syntax, "fuzz_deid_clean": with_syntax,
         "fuzz_dicom_head": heads, "fuzz_gate_object": with_syntax, "fuzz_gate_line": lines,
         "fuzz_node_reply": replies, "fuzz_plugin_rest": bodies,
         "fuzz_model_config": configurations, "fuzz_seg_read": volumes,
         "fuzz_structured_report_description": descriptions,
         "fuzz_structured_report_report": reports,
         "fuzz_results_annotations": annotations, "fuzz_results_objects": annotations}


def plant(name, folder):
    """Writes the seeds of one fuzzer into `folder`."""
    for number, content in enumerate(SEEDS.get(name, lambda: ())()):
        (folder / f"seed-{number}").write_bytes(content)
