// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "dicom/error.h"
#include "vault/arena.h"
#include "vault/hmac.h"

namespace glossator::vault {
namespace {

static_assert(Key::kSize == kSlotSize);

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void Refuse(const std::filesystem::path& path, const std::string& why,
                         ErrorKind kind = ErrorKind::kInvalid) {
  throw Error(kind, "key file " + path.string() + ": " + why);
}

// O_NONBLOCK: a FIFO under this name must not hang the start.
Descriptor OpenKeyFile(const std::filesystem::path& path) {
  const int number = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (number < 0) Refuse(path, std::strerror(errno), ErrorKind::kUnavailable);
  return Descriptor(number);
}

void CheckStatus(const std::filesystem::path& path, int file) {
  struct stat status {};
  if (fstat(file, &status) != 0) Refuse(path, std::strerror(errno), ErrorKind::kUnavailable);
  if (!S_ISREG(status.st_mode)) Refuse(path, "is not a regular file");
  if (status.st_uid != geteuid() && status.st_uid != 0) Refuse(path, "belongs to another user");
  if ((status.st_mode & 077) != 0) Refuse(path, "is open to group or others; chmod 600");
}

// Read into `text`, which is larger than a key file may be.
size_t ReadSome(const std::filesystem::path& path, int file, std::span<char> text) {
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t part = read(file, text.data() + size, text.size() - size);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) Refuse(path, std::strerror(errno), ErrorKind::kUnavailable);
    if (part == 0) break;
    size += static_cast<size_t>(part);
  }
  return size;
}

bool IsHexKey(std::string_view text) {
  return text.size() == 2 * Key::kSize &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace

Key::Key(std::string_view bytes) : slot_(nullptr) {
  if (bytes.size() != kSize) throw Error(ErrorKind::kInvalid, "a key has 32 bytes");
  slot_ = TakeSlot();
  std::memcpy(slot_, bytes.data(), kSize);
}

Key::Key(Key&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}

Key& Key::operator=(Key&& other) noexcept {
  std::swap(slot_, other.slot_);
  return *this;
}

Key::~Key() {
  if (slot_ != nullptr) ReturnSlot(slot_);
}

Key Key::Clone() const { return Key({reinterpret_cast<const char*>(bytes().data()), kSize}); }

std::span<const uint8_t, Key::kSize> Key::bytes() const {
  if (slot_ == nullptr) throw Error(ErrorKind::kInternal, "use of a key that was moved away");
  return std::span<const uint8_t, kSize>(slot_, kSize);
}

std::string Key::RevealHex() const {
  return ToHex({reinterpret_cast<const char*>(bytes().data()), kSize});
}

bool Key::operator==(const Key& other) const {
  return CRYPTO_memcmp(bytes().data(), other.bytes().data(), kSize) == 0;
}

Key KeyFromHex(std::string_view hex) {
  if (!IsHexKey(hex)) throw Error(ErrorKind::kInvalid, "a key has 64 hexadecimal digits");
  std::string bytes = FromHex(hex);
  Key key(bytes);
  Wipe(bytes);
  return key;
}

Key ReadKeyFile(const std::filesystem::path& path) {
  const Descriptor file = OpenKeyFile(path);
  CheckStatus(path, file.number());
  std::array<char, 2 * Key::kSize + 2> buffer{};
  const size_t size = ReadSome(path, file.number(), buffer);
  std::string_view text(buffer.data(), size);
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (!IsHexKey(text)) {
    OPENSSL_cleanse(buffer.data(), buffer.size());
    Refuse(path, "does not hold exactly 64 hexadecimal digits");
  }
  Key key = KeyFromHex(text);
  OPENSSL_cleanse(buffer.data(), buffer.size());
  return key;
}

Key RandomKey(Entropy& entropy) {
  std::array<uint8_t, Key::kSize> bytes{};
  entropy.Fill(bytes);
  Key key({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

Key Derive(const Key& key, std::string_view label, std::string_view context) {
  std::string info(label);
  info += '\0';
  info += context;
  return Hkdf(key, "", info);
}

void Wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace glossator::vault
