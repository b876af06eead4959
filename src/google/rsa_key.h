#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace lastrun::google {

// An RSA private key that signs. The key never leaves it, and no message quotes it.
// Thread: signing at the same time from several threads is fine.
class RsaKey {
 public:
  // Reads PEM, PKCS#1 or PKCS#8. Refused with kInput: what is no private key in PEM, a key with a passphrase (nobody
  // is asked for one), other kinds of keys (named), and numbers that do not belong together. Takes 30 ms.
  static Result<RsaKey> open(const std::string& pem);

  // RSASSA-PKCS1-v1_5 over SHA-256 (RFC 7518, RS256): the raw signature. Errors: kInput, a key too short to sign.
  [[nodiscard]] Result<std::string> sign(std::string_view message) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  explicit RsaKey(evp_pkey_st* key) : key_(key) {}

  std::unique_ptr<evp_pkey_st, Free> key_;
};

// RFC 4648 section 5, without padding, as JWTs want it.
[[nodiscard]] std::string base64url(std::string_view bytes);

}  // namespace lastrun::google
