// Voice codecs by name, and their E-model numbers, from the rows.
#pragma once

#include <cstdint>
#include <string_view>

namespace strowger {

// unknown: the payload type seen decides when it is a static one, else PCMU's numbers hold.
// not_voice: video, fax …; no MOS is computed.
enum class Codec : std::uint8_t {
    unknown,
    not_voice,
#define CODEC(id, name, ie, bpl, source) id,
#include "strowger/codecs.def"
#undef CODEC
    count_
};

struct CodecRow {
    Codec codec;
    std::string_view name;
    double ie;
    double bpl;
};
inline constexpr CodecRow kCodecRows[] = {
#define CODEC(id, name, ie, bpl, source) {Codec::id, name, ie, bpl},
#include "strowger/codecs.def"
#undef CODEC
};

// Of an rtpmap encoding name, any case; unknown when no row has it.
[[nodiscard]] constexpr Codec codec_of(std::string_view name) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    for (const auto& row : kCodecRows) {
        bool same = row.name.size() == name.size();
        for (std::size_t i = 0; same && i < name.size(); ++i) same = lower(row.name[i]) == lower(name[i]);
        if (same) return row.codec;
    }
    return Codec::unknown;
}

}  // namespace strowger
