// The client's side of digest authentication: reads a challenge, makes credentials (RFC 7616 3.4).
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "strowger/digest/hash.hpp"

namespace strowger::test {

using digest::Algorithm;
using digest::algorithm_name;

struct Phone {
    std::string username = "1001";
    std::string password = "secret-1001";
    std::string method = "REGISTER";
    std::string uri = "sip:lab.example";
    Algorithm algorithm = Algorithm::sha256;
    std::string realm = "lab.example";
    std::string nonce;
    std::string opaque;
    std::uint32_t count = 0;

    // Text between `name="` and the next quote, in the challenge of this phone's algorithm.
    [[nodiscard]] static std::string value_of(std::string_view line, std::string_view name) {
        const std::string start = std::string(name) + "=\"";
        const std::size_t from = line.find(start);
        if (from == std::string_view::npos) return {};
        const std::size_t to = from + start.size();
        return std::string(line.substr(to, line.find('"', to) - to));
    }
    // Takes nonce and realm from the header lines of a 401 or 407. False: no challenge with our algorithm.
    bool take(std::string_view lines) {
        const std::string wanted = fmt::format("algorithm={},", algorithm_name(algorithm));
        const std::size_t at = lines.find(wanted);
        if (at == std::string_view::npos) return false;
        const std::size_t from = lines.substr(0, at).rfind("Digest ");
        const std::string_view line = lines.substr(from, lines.find("\r\n", at) - from);
        realm = value_of(line, "realm");
        nonce = value_of(line, "nonce");
        opaque = value_of(line, "opaque");
        count = 0;
        return true;
    }
    [[nodiscard]] std::string response(std::string_view nc) const {
        char out[64];
        const digest::Hash value =
            digest::response_of(algorithm, digest::ha1_of(algorithm, username, realm, password, {}),
                                {method, uri, nonce, nc, "c0ffee", "auth"});
        return {out, digest::to_hex(algorithm, value, out)};
    }
    // A whole header line with "\n"; the next nonce count.
    std::string authorization(std::string_view header = "Authorization") {
        const std::string nc = fmt::format("{:08x}", ++count);
        return fmt::format(
            "{}: Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\", "
            "algorithm={}, "
            "cnonce=\"c0ffee\", opaque=\"{}\", qop=auth, nc={}\n",
            header, username, realm, nonce, uri, response(nc), algorithm_name(algorithm), opaque, nc);
    }
};

}  // namespace strowger::test
