// What comes from elsewhere and holds secrets: credentials files, the key in them, and the answers of token endpoints.

#include "google/credentials_file.h"

#include <cstdint>
#include <string_view>

#include "google/refreshing.h"
#include "google/rsa_key.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using lastrun::google::AuthorizedUser;
  using lastrun::google::RsaKey;
  using lastrun::google::ServiceAccountKey;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto answer = lastrun::google::decode_token_answer(text, {});
  if (answer.ok()) CHECK(lastrun::google::is_visible_ascii(answer->value));

  const auto file = lastrun::google::decode_credentials_file(text, "fuzz");
  if (!file.ok()) return 0;
  if (const auto* key = std::get_if<ServiceAccountKey>(&*file)) {
    CHECK(lastrun::google::is_host_name(key->universe_domain));
    (void)RsaKey::open(key->private_key).ok();
  } else {
    CHECK(!std::get<AuthorizedUser>(*file).refresh_token.empty());
  }
  return 0;
}
