// REGISTER refreshes with digest on the control thread: copied or parsed, authenticated, planned, applied and
// answered, with bindings in memory alone and with the store (whose thread works beside; its commits are
// waited for at the end). `verified`: as a worker hands them over, which has tokenised the message and found
// the credentials right. The others: as from a connection, where both are the control thread's.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <time.h>

#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "registrar/registrar.hpp"
#include "store/sqlite_store.hpp"

namespace {

using namespace strowger;
using namespace strowger::registrar;
using namespace strowger::digest;

constexpr std::int64_t kUnixMs = 1'800'000'000'000;
constexpr std::size_t kPhones = 20'000;

class Silent final : public Responder {
  public:
    std::uint64_t accepted = 0;
    std::string last;
    bool respond(transaction::ServerId, std::uint16_t status, std::string_view,
                 std::string_view extra) override {
        if (status == 200) ++accepted;
        if (status == 401) last = extra;
        return true;
    }
};

model::Model model_of_phones() {
    model::Model model;
    model.tenants["default"].domains = {"lab.example"};
    model::Subscriber& phones = model.subscribers["phones"];
    phones.tenant.name = "default";
    phones.range = {.first = 100'000, .last = 999'999, .digits = 6};
    phones.password.value = "secret-{user}";
    model.realms["access"].addresses = {*wire::parse_address("10.10.0.1")};
    return model;
}

struct Phone {
    std::string user;
    net::Flow flow;
    std::string nonce;
    Algorithm algorithm;

    [[nodiscard]] std::string text(int cseq, bool answers) const {
        std::string credentials;
        if (answers) {
            const std::string nc = fmt::format("{:08x}", cseq);
            const std::string password = "secret-" + user;
            char hex[64];
            const Hash response = response_of(algorithm, ha1_of(algorithm, user, "lab.example", password, {}),
                                              {"REGISTER", "sip:lab.example", nonce, nc, "c0ffee", "auth"});
            credentials = fmt::format(
                "Authorization: Digest username=\"{}\", realm=\"lab.example\", nonce=\"{}\", "
                "uri=\"sip:lab.example\", "
                "response=\"{}\", algorithm={}, cnonce=\"c0ffee\", qop=auth, nc={}\r\n",
                user, nonce, std::string_view(hex, to_hex(algorithm, response, hex)),
                algorithm_name(algorithm), nc);
        }
        return fmt::format(
            "REGISTER sip:lab.example SIP/2.0\r\nVia: SIP/2.0/UDP {0};rport;branch=z9hG4bK{1}-{2}\r\n"
            "Max-Forwards: 70\r\nFrom: <sip:{1}@lab.example>;tag=t{1}\r\nTo: <sip:{1}@lab.example>\r\n"
            "Call-ID: {1}-6b2c4f4e\r\nCSeq: {2} REGISTER\r\nContact: <sip:{1}@{0}>\r\nExpires: 3600\r\n{3}"
            "User-Agent: Telephone 1.2.3\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\nContent-Length: "
            "0\r\n\r\n",
            wire::to_string(flow.remote), user, cseq, credentials);
    }
};

// A message and what its worker knows of it.
struct FromWorker {
    std::string text;
    wire::SipView view;
    rings::Punt punt;

    FromWorker(const Phone& phone, std::string_view message) : text(message) {
        constexpr std::size_t kOverRead = 64;
        text.append(kOverRead, '\0');
        if (wire::tokenise(text.data(), static_cast<std::uint32_t>(message.size()), view) !=
            wire::TokeniseStatus::ok)
            std::abort();
        punt = {.realm = phone.flow.realm,
                .source = phone.flow.remote,
                .destination = phone.flow.local,
                .data = text.data(),
                .length = static_cast<std::uint32_t>(message.size()),
                .view = &view};
        const auto place = [&](std::string_view name, std::string_view value) {
            return wire::Slice{static_cast<std::uint16_t>(text.find(name) + name.size()),
                               static_cast<std::uint16_t>(value.size())};
        };
        punt.verified = {.ok = true,
                         .role = Role::user_agent,
                         .realm = place(" realm=\"", "lab.example"),
                         .user = place(" username=\"", phone.user),
                         .count = 3};
        if (!digest::Key(NonceKey{7}).read("lab.example", phone.nonce, punt.verified.nonce)) std::abort();
    }
};

double cpu_ns() {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

enum class Way { parsed, verified, stored };

void refresh(benchmark::State& state, Algorithm algorithm, Way way) {
    const bool stored = way == Way::stored;
    char directory[] = "/tmp/strowger-bench-XXXXXX";
    std::unique_ptr<store::Store> store;
    std::string error;
    if (stored && mkdtemp(directory) != nullptr)
        store = store::open_sqlite({.path = std::string(directory) + "/bench.db"}, {}, error);
    Silent responder;
    transaction::TimerWheel wheel(0);
    Location location;
    Accounts accounts;
    accounts.configure(model_of_phones(), {"access"});
    Authenticator authenticator(accounts, NonceKey{7});
    std::int64_t unix_ms = kUnixMs;
    Registrar registrar(responder, wheel, location, accounts, authenticator, store.get(),
                        [&] { return unix_ms; });
    const auto send = [&](const Phone& phone, std::string_view text) {
        wire::TokeniseStatus status{};
        const auto request = message::Incoming::parse(phone.flow, text, 0, status);
        registrar.on_request(transaction::ServerId{1}, request);
        if (store != nullptr) store->poll();
    };
    // Every phone is challenged and registers; the refreshes wait as text.
    std::vector<Phone> phones(kPhones);
    std::vector<std::string> refreshes(kPhones);
    for (std::size_t i = 0; i < kPhones; ++i) {
        Phone& phone = phones[i];
        ++unix_ms;
        phone.user = std::to_string(100'000 + i);
        phone.algorithm = algorithm;
        phone.flow.realm = RealmId{0};
        phone.flow.local = *wire::parse_endpoint("10.10.0.1:5060");
        phone.flow.remote = *wire::parse_endpoint(fmt::format("10.11.{}.{}:5060", i >> 8, i & 255));
        send(phone, phone.text(1, false));
        const std::size_t at = responder.last.find("nonce=\"") + 7;
        phone.nonce = responder.last.substr(at, kNonceText);
        send(phone, phone.text(2, true));
        refreshes[i] = phone.text(3, true);
        if (store != nullptr && i % 1000 == 0) store->drain();
    }
    if (store != nullptr) store->drain();
    responder.accepted = 0;
    std::size_t next = 0;
    // What a worker has just written is in a cache: as many as it punts at once are made, and then timed.
    constexpr std::size_t kAtOnce = 64;
    std::deque<FromWorker> punts;
    double spent = 0;
    for (auto _ : state) {
        if (way == Way::verified) {
            punts.emplace_back(phones[next], refreshes[next]);
            if (punts.size() == kAtOnce || next + 1 == kPhones) {
                const double before = cpu_ns();
                for (const FromWorker& one : punts)
                    registrar.on_request(transaction::ServerId{1},
                                         message::Incoming::from_punt(one.punt, one.punt.destination));
                spent += cpu_ns() - before;
                punts.clear();
            }
        } else {
            send(phones[next], refreshes[next]);
        }
        ++next;
        if (next == kPhones && store != nullptr) store->drain();
    }
    if (responder.accepted + kPhones / 1000 < kPhones) {  // a full set of nonce counts challenges once more
        const auto& c = authenticator.counts();
        state.SkipWithError(
            fmt::format("{} of {} refreshes were accepted: {} stale, {} wrong, {} replayed, {} malformed",
                        responder.accepted, kPhones, c.stale, c.wrong, c.replayed, c.malformed)
                .c_str());
    }
    if (way == Way::verified) state.counters["ns"] = spent / kPhones;
    state.counters["bytes"] = static_cast<double>(location.counts().octets) / kPhones;
    store.reset();
    if (stored) std::filesystem::remove_all(directory);
}

BENCHMARK_CAPTURE(refresh, verified, Algorithm::md5, Way::verified)
    ->Name("register/verified")
    ->Iterations(kPhones);
BENCHMARK_CAPTURE(refresh, md5, Algorithm::md5, Way::parsed)->Name("register/md5")->Iterations(kPhones);
BENCHMARK_CAPTURE(refresh, sha256, Algorithm::sha256, Way::parsed)
    ->Name("register/sha256")
    ->Iterations(kPhones);
BENCHMARK_CAPTURE(refresh, sha256_stored, Algorithm::sha256, Way::stored)
    ->Name("register/sha256_stored")
    ->Iterations(kPhones);

}  // namespace

BENCHMARK_MAIN();
