#pragma once

#include <string>
#include <string_view>

namespace lastrun::source {

// Holds a Splitter, with simdjson reading each of its pieces, against simdjson reading whole documents: both must
// accept the same inputs and see the same objects, each piece where it says that it stands. Empty when they agree, else
// what they disagree on.
//
// The differences that are meant: the top of a document is an array or an object; members of an array, and of the array
// under a top-level "items", are objects; several documents may follow one another; nesting is limited (inputs with
// more brackets than that are passed over). A top-level key "items" that is written with escapes is not seen by the
// splitter: the object then stays whole, and its decoder takes the items (such inputs are passed over too).
[[nodiscard]] std::string difference_from_reference(std::string_view input, std::size_t chunk_bytes,
                                                    std::size_t most_at_once);

}  // namespace lastrun::source
