// kill -9 of a registrar: every REGISTER that had its 200 is there after the restart.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <set>

#include "registrar_fixture.hpp"
#include "store/sqlite_store.hpp"

namespace strowger::registrar {
namespace {

constexpr std::int64_t kUnixMs = 1'800'000'000'000;

model::Model many_subscribers() {
    model::Model model = sample_model();
    model.subscribers["phones"].range = {.first = 100'000, .last = 999'999, .digits = 6};
    return model;
}

// Tells the number of each address whose 200 would leave now.
class Teller final : public Responder {
  public:
    explicit Teller(int pipe) : pipe_(pipe) {}
    bool respond(transaction::ServerId server, std::uint16_t status, std::string_view,
                 std::string_view) override {
        if (status != 200) _exit(5);
        const auto number = static_cast<std::uint64_t>(server);
        if (::write(pipe_, &number, sizeof number) != static_cast<ssize_t>(sizeof number)) _exit(3);
        return true;
    }

  private:
    int pipe_;
};

[[noreturn]] void register_for_ever(const store::SqliteOptions& options, int pipe, std::uint64_t first) {
    std::string error;
    const auto store = store::open_sqlite(options, {}, error);
    if (store == nullptr) _exit(2);
    Teller teller(pipe);
    transaction::TimerWheel wheel(0);
    Location location;
    Accounts accounts;
    accounts.configure(many_subscribers(), sample_realms());
    Authenticator authenticator(accounts, NonceKey{});
    Registrar registrar(teller, wheel, location, accounts, authenticator, store.get(),
                        [] { return kUnixMs; });
    registrar.restore([](net::Flow&) { return true; });
    net::Flow flow;
    flow.realm = kCore;
    flow.local = *wire::parse_endpoint("10.20.0.1:5060");
    flow.remote = *wire::parse_endpoint("10.20.0.50:5062");
    for (std::uint64_t number = first;; ++number) {
        std::string text = with_crlf(register_text("Contact: <sip:a@10.20.0.50:5062>\n", "call-1", 1));
        const std::string user = std::to_string(number);
        for (std::size_t at = text.find("1001"); at != std::string::npos; at = text.find("1001", at + 6))
            text.replace(at, 4, user);
        wire::TokeniseStatus status{};
        const message::Incoming request = message::Incoming::parse(flow, text, 0, status);
        registrar.on_request(static_cast<transaction::ServerId>(number), request);
        store->poll();
        if (number % 200 == 0) store->drain();
    }
}

TEST(RegistrarCrash, NothingAcknowledgedIsLost) {
    char directory[] = "/tmp/strowger-registrar-XXXXXX";
    ASSERT_NE(mkdtemp(directory), nullptr);
    store::SqliteOptions options;
    options.path = std::string(directory) + "/strowger.db";
    std::mt19937 chance(20260102);
    std::set<std::uint64_t> acknowledged;
    std::uint64_t first = 100'000;
    for (int round = 0; round < 6; ++round) {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            close(ends[0]);
            register_for_ever(options, ends[1], first);
        }
        close(ends[1]);
        const std::size_t until = 1 + chance() % 2000;
        std::size_t told = 0;
        std::uint64_t number = 0;
        const auto read_one = [&] {
            if (::read(ends[0], &number, sizeof number) != static_cast<ssize_t>(sizeof number)) return false;
            acknowledged.insert(number);
            ++told;
            return true;
        };
        while (told < until && read_one()) {
        }
        ASSERT_EQ(kill(child, SIGKILL), 0);
        while (read_one()) {
        }
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the registrar ended by itself: " << WEXITSTATUS(status);
        close(ends[0]);
        first = *acknowledged.rbegin() + 1'000;  // beyond what was committed and not told

        std::string error;
        const auto store = store::open_sqlite(options, {}, error);
        ASSERT_NE(store, nullptr) << error;
        const std::int64_t unix_ms = kUnixMs;
        Node node(many_subscribers(), store.get(), 0, unix_ms);
        EXPECT_GE(node.registrar->restore([](net::Flow&) { return true; }), acknowledged.size());
        for (const std::uint64_t user : acknowledged) {
            std::vector<Binding> found;
            EXPECT_EQ(node.location.lookup("default", std::to_string(user) + "@lab.example", 0, found), 1u)
                << user << " is lost";
        }
    }
    EXPECT_GT(acknowledged.size(), 500u);
    std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace strowger::registrar
