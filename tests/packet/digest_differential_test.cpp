// Both planes judge alike: requests with generated credentials go to the control plane alone, and through a
// worker that gives it what it lets pass; the answers must be the same.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "call/registrar_directory.hpp"
#include "publish/compile_digest.hpp"
#include "registrar/registrar.hpp"
#include "sip_lines.hpp"
#include "stateless_realms.hpp"
#include "support/digest_phone.hpp"
#include "unit/controlplane/registrar/model_fixture.hpp"
#include "worker_fixture.hpp"

namespace strowger::test {
namespace {

constexpr std::int64_t kUnixMs = 1'800'000'000'000;
constexpr digest::NonceKey kKey{3, 1};

struct Answer {
    std::uint16_t status = 0;  // 0: admitted
    std::string challenge;     // without its nonces
    bool operator==(const Answer&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Answer& answer) {
    return out << answer.status << " " << answer.challenge;
}

// Challenges as they compare: their nonces differ.
std::string without_nonces(std::string text) {
    for (std::size_t at = text.find("nonce=\""); at != std::string::npos; at = text.find("nonce=\"", at + 7))
        text.erase(at + 7, digest::kNonceText);
    return text;
}

std::string challenge_lines(std::string_view answer) {
    std::string out;
    for (const char* name : {"WWW-Authenticate", "Proxy-Authenticate"})
        for (const std::string& value : headers(answer, name))
            out += std::string(name) + ": " + value + "\r\n";
    return out;
}

// The control plane's part, in memory.
struct Control final : registrar::Responder {
    explicit Control(const model::Model& model) {
        accounts.configure(model, registrar::sample_realms());
        authenticator.set_offer_sha256(true);
        directory.configure(model, registrar::sample_realms());
    }
    bool respond(transaction::ServerId, std::uint16_t status, std::string_view,
                 std::string_view lines) override {
        answer = {status, status == 401 ? without_nonces(std::string(lines)) : ""};
        return true;
    }
    Answer ask(const message::Incoming& request) {
        if (request.sip().method() == wire::Method::register_) {
            registrar.on_request(transaction::ServerId{1}, request);
            return answer;
        }
        const call::Caller caller = directory.identify(request);
        return {caller.status, without_nonces(caller.headers)};
    }

    Answer answer;
    std::int64_t unix_ms = kUnixMs;
    transaction::TimerWheel wheel{kSecond};
    registrar::Location location;
    registrar::Accounts accounts;
    registrar::Authenticator authenticator{accounts, kKey};
    resolver::Penalties penalties;
    trunk::Trunks trunks{penalties};
    trunk::Logins logins;
    registrar::Registrar registrar{
        *this, wheel, location, accounts, authenticator, nullptr, [this] { return unix_ms; }};
    call::RegistrarDirectory directory{accounts, authenticator, location,
                                       trunks,   logins,        wheel,    [this] { return unix_ms; }};
};

class DigestDifferential : public WorkerTest {
  protected:
    DigestDifferential() {
        stateless_realms(tables);
        for (auto& realm : tables.proxy.realms) realm.stateless = false;
        publish::Ids ids;
        for (const std::string& name : registrar::sample_realms()) ids.realms.of(name);
        model::Model model = registrar::sample_model();
        model.system.digest_sha256 = true;
        model.realms["access"].failures_per_source = 0;
        model.realms["core"].trusted = false;  // its default domain is another tenant's
        publish::compile_digest(model, ids, publish::compile_credentials(model), tables);
        tables.digest.key = digest::Key(kKey);
        tables.digest.clock = std::make_shared<std::atomic<Nanoseconds>>(kUnixMs * kMillisecond - now);
        alone = std::make_unique<Control>(model);
        behind = std::make_unique<Control>(model);
    }

    template <typename T>
    const T& pick(const std::vector<T>& of) {
        return of[random() % of.size()];
    }
    // Nearly always the first.
    template <typename T>
    const T& mostly(const std::vector<T>& of) {
        return random() % 8 != 0 ? of[0] : pick(of);
    }

    std::string fresh_nonce(std::string_view realm, std::int64_t age_ms) {
        digest::Nonce nonce{alone->unix_ms - age_ms, {}};
        for (auto& byte : nonce.chance) byte = static_cast<std::uint8_t>(random());
        std::string out(digest::kNonceText, ' ');
        digest::Key(kKey).write(realm, nonce, out.data());
        return out;
    }

    std::string authorization(const std::string& method, const std::string& request_uri,
                              const std::string& user, const std::string& domain, const std::string& password,
                              std::string_view header) {
        using digest::Algorithm;
        Phone phone;
        phone.method = mostly<std::string>({method, "BYE", "register"});
        phone.uri = mostly<std::string>({request_uri, request_uri + ";transport=udp", "sip:other.example", "",
                                         "sip:" + domain, "sip:" + domain + ":5060", "tel:1"});
        phone.username = mostly<std::string>({user, user + "@" + domain, user + "@elsewhere", "", "9999",
                                              "alice", "hash", std::string(600, 'u'), "1050"});
        phone.password = mostly<std::string>({password, "guess", ""});
        phone.realm = mostly<std::string>({domain, "elsewhere.example", "LAB.EXAMPLE", "", "second.example"});
        phone.algorithm = pick<Algorithm>({Algorithm::md5, Algorithm::sha256});
        const std::string nonce =
            fresh_nonce(phone.realm, mostly<std::int64_t>({0, 299'999, 300'000, 400'000, -59'000, -61'000}));
        phone.nonce = mostly<std::string>(
            {nonce, "forged", "", nonce.substr(1) + "A", fresh_nonce("elsewhere.example", 0), used});
        used = nonce;
        phone.count = mostly<std::uint32_t>({0, 0, 7, 0xfffffffe});
        std::string line = phone.authorization(header);
        const auto change = [&](std::string_view what, std::string_view with) {
            const std::size_t at = line.find(what);
            if (at != std::string::npos) line.replace(at, what.size(), with);
        };
        switch (random() % 24) {
            case 0:
                change("qop=auth", "qop=auth-int");
                break;
            case 1:
                change(", qop=auth", "");
                break;
            case 2:
                change("cnonce=\"c0ffee\"", "cnonce=\"\"");
                break;
            case 3:
                change("nc=0", "nc=");
                break;
            case 4:
                change("response=\"", "response=\"0");
                break;
            case 5:
                change("algorithm=MD5", "algorithm=MD5-sess");
                break;
            case 6:
                change("username=", "name=");
                break;
            case 7:
                change("qop=auth", "qop=\"AUTH\"");
                break;
            case 8:
                change("Digest ", "Basic ");
                break;
            case 9:
                change("realm=", "realm=\"x\", realm=");
                break;
            case 10:
                change("username=\"1", "username=\"\\1");
                break;
            case 11:
                change("algorithm=MD5, ", "");
                break;
            case 12:
                change("opaque=", "opaque=\"" + std::string(1100, '\\') + "\", x=");
                break;
            case 13:
                change("\", ", "\" , ,");
                break;
            default:
                break;
        }
        return line;
    }

    std::string make() {
        const std::string method = pick<std::string>({"REGISTER", "REGISTER", "INVITE", "MESSAGE"});
        const bool registers = method == "REGISTER";
        struct Who {
            std::string user, domain, password;
        };
        const Who who = pick<Who>({{"1001", "lab.example", "secret-1001"},
                                   {"1099", "lab.example", "secret-1099"},
                                   {"1100", "lab.example", "secret-1100"},
                                   {"alice", "lab.example", "wonderland"},
                                   {"alice", "second.example", "wonderland"},
                                   {"bob", "second.example", "builder"},
                                   {"bob", "lab.example", "builder"},
                                   {"hash", "lab.example", "x"},
                                   {"1001", "acme.example", "other"}});
        const std::string uri =
            registers ? mostly<std::string>({"sip:" + who.domain, "sip:10.10.0.1", "sip:10.20.0.1",
                                             "sip:elsewhere.example", "tel:1", "sip:Lab.Example"})
                      : "sip:2000@" + mostly<std::string>({who.domain, "elsewhere.example"});
        const std::string self =
            who.user + "@" +
            mostly<std::string>({who.domain, "10.10.0.1", "second.example", "elsewhere.example"});
        // Users of the tenant's second domain answer for the first.
        const std::string realm = who.user == "alice" ? "lab.example" : who.domain;
        std::string lines;
        const int count = mostly<int>({1, 0, 2});
        for (int i = 0; i < count; ++i)
            lines +=
                authorization(method, uri, who.user, realm, who.password,
                              mostly<std::string>({registers ? "Authorization" : "Proxy-Authorization",
                                                   registers ? "Proxy-Authorization" : "Authorization"}));
        std::string crlf;
        for (const char c : lines) crlf += c == '\n' ? "\r\n" : std::string(1, c);
        std::string text = request(method, uri,
                                   {.branch = "z9hG4bK" + std::to_string(random()),
                                    .call_id = std::to_string(random()),
                                    .extra = crlf});
        replace(text, "From: <sip:1001@lab.example>",
                "From: <" + mostly<std::string>({"sip:" + self, "sip:%31001@Lab.example", "tel:1001"}) + ">");
        if (registers)
            replace(text, "To: <sip:someone@lab.example>",
                    "To: <" +
                        mostly<std::string>({"sip:" + self, "sip:" + self, "sip:1002@lab.example",
                                             "sip:bob@second.example", "tel:1"}) +
                        ">");
        return text;
    }

    Answer alone_says(RealmId realm, std::string_view text) {
        net::Flow flow;
        flow.realm = realm;
        flow.local = endpoint(realm == kAccess ? "10.10.0.1:5060" : "10.20.0.1:5060");
        flow.remote = endpoint(realm == kAccess ? "10.10.0.99:5060" : "10.20.0.99:5060");
        wire::TokeniseStatus status{};
        const auto message = message::Incoming::parse(flow, text, 0, status);
        EXPECT_EQ(status, wire::TokeniseStatus::ok);
        return alone->ask(message);
    }
    Answer together_say(RealmId realm, std::string_view text) {
        const PortId port = realm == kAccess ? kAccessPort : kCorePort;
        run(port, eth()
                      .ip(realm == kAccess ? "10.10.0.99" : "10.20.0.99",
                          realm == kAccess ? "10.10.0.1" : "10.20.0.1")
                      .udp(5060, 5060)
                      .payload(text));
        const auto frames = sent(port);
        if (!frames.empty()) {
            const std::string answer = parse(frames[0]).payload;
            ++by_worker;
            return {static_cast<std::uint16_t>(std::stoi(answer.substr(8, 3))),
                    without_nonces(challenge_lines(answer))};
        }
        rings::Punt punt;
        if (worker.punts.pop({&punt, 1}) != 1 && worker.arrivals.pop({&punt, 1}) != 1)
            return {999, "neither answered nor given on"};
        const auto message = message::Incoming::from_punt(punt, punt.destination);
        worker.released.push(static_cast<core::Packet*>(punt.packet));
        verified += punt.verified.ok;
        return behind->ask(message);
    }

    std::mt19937 random{20261125};
    std::string used = "none yet";
    std::unique_ptr<Control> alone;
    std::unique_ptr<Control> behind;
    int by_worker = 0;
    int verified = 0;
};

TEST_F(DigestDifferential, WorkerAndControlPlaneGiveTheControlPlanesAnswers) {
    std::map<int, int> statuses;
    for (int i = 0; i < 8'000; ++i) {
        const RealmId realm = pick<RealmId>({kAccess, kAccess, kCore});
        const std::string text = make();
        if (text.size() > 1900) continue;  // one packet
        const Answer expected = alone_says(realm, text);
        EXPECT_EQ(together_say(realm, text), expected) << text;
        ++statuses[expected.status];
        if (i % 16 == 0) turn();
        if (i % 50 == 0) {  // answers to what is malformed are given at a limited rate
            now += kSecond;
            alone->unix_ms += 1000;
            behind->unix_ms += 1000;
        }
        if (HasFailure()) break;
    }
    for (const int status : {0, 200, 400, 401, 403, 404, 407, 416}) EXPECT_GT(statuses[status], 10) << status;
    EXPECT_GT(by_worker, 500);
    EXPECT_GT(verified, 500);
}

}  // namespace
}  // namespace strowger::test
