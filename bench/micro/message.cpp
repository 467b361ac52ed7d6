// What is read of a tokenised INVITE to route it, what it costs to write it changed, and the arithmetic of a
// digest response.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <vector>

#include "sip/request.hpp"
#include "sip/rewrite.hpp"
#include "strowger/digest/hash.hpp"
#include "strowger/wire/sip_tokenise.hpp"
#include "support/invites.hpp"

namespace strowger::bench {
namespace {

struct Tokenised {
    Tokenised() : views(std::make_unique<wire::SipView[]>(kInvites)) {
        for (std::size_t i = 0; i < kInvites; ++i) {
            const std::string& text = invites()[i];
            const auto length = static_cast<std::uint32_t>(text.size());
            if (wire::tokenise(text.data(), length, views[i]) != wire::TokeniseStatus::ok) std::abort();
            messages.emplace_back(text.data(), length, &views[i]);
        }
    }
    std::unique_ptr<wire::SipView[]> views;
    std::vector<wire::SipMessage> messages;
};
const Tokenised& tokenised() {
    static const Tokenised one;
    return one;
}

// Request-URI, topmost Via with its branch, tags, Call-ID, CSeq, Max-Forwards, Route, Content-Length.
void routable(benchmark::State& state) {
    std::size_t i = 0;
    for (auto _ : state) {
        const wire::SipMessage& message = tokenised().messages[i++ % kInvites];
        const auto uri = wire::parse_uri(message.uri());
        sip::Facts facts;
        const bool read = sip::read_facts(message, facts);
        const auto hops = wire::parse_number(message.header(wire::HeaderId::max_forwards));
        const auto length = wire::parse_number(message.header(wire::HeaderId::content_length));
        const auto route = message.header(wire::HeaderId::route);
        if (!uri || !read || !hops || !length) state.SkipWithError("not routable");
        benchmark::DoNotOptimize(facts);
        benchmark::DoNotOptimize(route.data());
    }
}
BENCHMARK(routable)->Name("message/routable");

// As a request is forwarded: a Via and two Record-Routes before its headers, Max-Forwards and Via changed.
void edit(benchmark::State& state) {
    const std::string via =
        "Via: SIP/2.0/UDP 10.20.0.1:5060;branch=z9hG4bKs0123456789abcdef0123456789ab\r\n"
        "Record-Route: <sip:r0123456789abcdef0123456789@10.20.0.1:5060;lr>\r\n"
        "Record-Route: <sip:r0123456789abcdef0123456789@10.10.0.1:5060;lr>\r\n";
    std::array<char, 4096> out{};
    std::size_t i = 0;
    for (auto _ : state) {
        const wire::SipMessage& message = tokenised().messages[i++ % kInvites];
        sip::Edits edits;
        edits.insert(message.view().headers[0].name.offset, via);
        edits.replace(message, message.header(wire::HeaderId::max_forwards), "69");
        const auto top = message.header(wire::HeaderId::via);
        edits.insert(static_cast<std::size_t>(top.data() + top.size() - message.bytes().data()),
                     ";received=10.10.0.99");
        edits.write(message.bytes(), out.data());
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(edit)->Name("message/edit");

// The response of a REGISTER from a known HA1: three hashes' work of the control plane's registrar.
void digest_response(benchmark::State& state, digest::Algorithm algorithm) {
    const digest::Hash ha1 = digest::hash_of(algorithm, {"1001:lab.example:secret-1001"});
    for (auto _ : state) {
        auto response =
            digest::response_of(algorithm, ha1,
                                {"REGISTER", "sip:lab.example", "0123456789abcdef0123456789abcdef",
                                 "00000001", "c0ffee", "auth"});
        benchmark::DoNotOptimize(response);
    }
}
BENCHMARK_CAPTURE(digest_response, md5, digest::Algorithm::md5)->Name("digest/md5");
BENCHMARK_CAPTURE(digest_response, sha256, digest::Algorithm::sha256)->Name("digest/sha256");

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
