#include "credit/http_curl.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <utility>

namespace strowger::credit {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kLongestAnswer = 16 * 1024;
constexpr std::size_t kMostReports = 10'000;  // that wait
constexpr std::size_t kReportsAtOnce = 16;
constexpr int kReportTries = 5;
constexpr std::chrono::seconds kReportPause(5);
constexpr long kMostConnections = 64;

struct Report {
    Question question;
    int tries = 0;
};

// One POST.
struct Transfer {
    Report report;  // its question, also of an authorisation
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    std::string sent;
    std::string received;
    char error[CURL_ERROR_SIZE] = "";

    Transfer() = default;
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    ~Transfer() {
        if (easy != nullptr) curl_easy_cleanup(easy);
        curl_slist_free_all(headers);
    }
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    if (transfer.received.size() + size > kLongestAnswer) return 0;
    transfer.received.append(data, size);
    return size;
}

// A socket of curl's in Asio's hands.
struct Watch {
    explicit Watch(asio::io_context& io) : descriptor(io) {}
    ~Watch() {
        if (descriptor.is_open()) descriptor.release();  // the socket is curl's to close
    }
    asio::posix::stream_descriptor descriptor;
    int wanted = 0;  // CURL_POLL_…
    bool reading = false;
    bool writing = false;
    bool gone = false;
};

}  // namespace

struct Http::State {
    State(asio::io_context& context, std::function<void(const std::string&)> told)
        : io(context), warn(std::move(told)), timer(context), pause(context) {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        multi = curl_multi_init();
        curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &State::on_socket);
        curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &State::on_timer);
        curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
        curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, kMostConnections);
    }
    ~State() {
        *alive = false;
        for (auto& [easy, transfer] : transfers) curl_multi_remove_handle(multi, easy);
        transfers.clear();
        curl_multi_cleanup(multi);
    }

    void start(Report report);
    void finish(CURL* easy, CURLcode result);
    void settle(const Report& report, bool taken, const std::string& why);
    void send_reports();
    void answer(Answer given);
    void act(curl_socket_t socket, int events);
    void arm(curl_socket_t socket, const std::shared_ptr<Watch>& watch);
    static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
    static int on_timer(CURLM*, long ms, void* self);

    asio::io_context& io;
    std::function<void(const std::string&)> warn;
    asio::steady_timer timer;  // curl's
    asio::steady_timer pause;  // before reports are repeated
    bool pausing = false;
    CURLM* multi = nullptr;
    Settings settings;
    Done done;
    std::map<CURL*, std::unique_ptr<Transfer>> transfers;
    std::size_t questions = 0;  // of those
    std::map<curl_socket_t, std::shared_ptr<Watch>> watches;
    std::deque<Report> reports;
    HttpCounts counts;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);  // for handlers that outlive it
};

int Http::State::on_socket(CURL*, curl_socket_t socket, int what, void* user, void*) {
    auto& self = *static_cast<State*>(user);
    if (what == CURL_POLL_REMOVE) {
        if (const auto at = self.watches.find(socket); at != self.watches.end()) {
            at->second->gone = true;
            at->second->descriptor.release();
            self.watches.erase(at);
        }
        return 0;
    }
    auto& watch = self.watches[socket];
    if (watch == nullptr) {
        watch = std::make_shared<Watch>(self.io);
        watch->descriptor.assign(socket);
    }
    watch->wanted = what;
    self.arm(socket, watch);
    return 0;
}

void Http::State::arm(curl_socket_t socket, const std::shared_ptr<Watch>& watch) {
    const auto wait = [&](int poll, bool Watch::*waiting, asio::posix::stream_descriptor::wait_type kind,
                          int event) {
        if ((watch->wanted & poll) == 0 || (*watch).*waiting) return;
        (*watch).*waiting = true;
        watch->descriptor.async_wait(kind, [this, lives = alive, socket, watch, waiting,
                                            event](const boost::system::error_code& error) {
            (*watch).*waiting = false;
            if (!*lives || watch->gone || error) return;
            act(socket, event);
            if (!watch->gone) arm(socket, watch);
        });
    };
    wait(CURL_POLL_IN, &Watch::reading, asio::posix::stream_descriptor::wait_read, CURL_CSELECT_IN);
    wait(CURL_POLL_OUT, &Watch::writing, asio::posix::stream_descriptor::wait_write, CURL_CSELECT_OUT);
}

int Http::State::on_timer(CURLM*, long ms, void* user) {
    auto& self = *static_cast<State*>(user);
    self.timer.cancel();
    if (ms < 0) return 0;
    self.timer.expires_after(std::chrono::milliseconds(ms));
    self.timer.async_wait([&self, lives = self.alive](const boost::system::error_code& error) {
        if (!error && *lives) self.act(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
}

void Http::State::act(curl_socket_t socket, int events) {
    int running = 0;
    curl_multi_socket_action(multi, socket, events, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left))
        if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
}

void Http::State::start(Report report) {
    auto transfer = std::make_unique<Transfer>();
    Transfer& t = *transfer;
    t.report = std::move(report);
    t.sent = to_json(t.report.question);
    t.easy = curl_easy_init();
    t.headers = curl_slist_append(t.headers, "Content-Type: application/json");
    t.headers = curl_slist_append(t.headers, "Expect:");
    if (!settings.token.empty())
        t.headers = curl_slist_append(t.headers, ("Authorization: Bearer " + settings.token).c_str());
    const auto set = [&](auto option, auto value) { curl_easy_setopt(t.easy, option, value); };
    set(CURLOPT_URL, settings.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // a name server that does not answer holds nobody up
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(settings.timeout_ms));
    set(CURLOPT_HTTPHEADER, t.headers);
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(t.sent.size()));
    set(CURLOPT_POSTFIELDS, t.sent.data());
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, &t);
    set(CURLOPT_ERRORBUFFER, t.error);
    if (t.report.question.event != Event::report) ++questions;
    CURL* easy = t.easy;
    transfers.emplace(easy, std::move(transfer));
    curl_multi_add_handle(multi, easy);
}

void Http::State::finish(CURL* easy, CURLcode result) {
    const auto at = transfers.find(easy);
    if (at == transfers.end()) return;
    curl_multi_remove_handle(multi, easy);
    const auto transfer = std::move(at->second);
    transfers.erase(at);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    std::string why;
    if (result != CURLE_OK)
        why = transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(result);
    else if (status < 200 || status > 299)
        why = fmt::format("HTTP status {}", status);
    const Question& question = transfer->report.question;
    if (question.event == Event::report) return settle(transfer->report, why.empty(), why);
    --questions;
    Answer given;
    if (result == CURLE_OK && (status == 402 || status == 403)) {
        given.answered = true;
    } else if (why.empty()) {
        given = read_answer(transfer->received);
    } else {
        given.why = std::move(why);
    }
    given.ticket = question.ticket;
    answer(std::move(given));
}

void Http::State::answer(Answer given) {
    ++(!given.answered ? counts.unanswered : given.grant_s == 0 ? counts.refused : counts.granted);
    if (done) done(given);
}

// What became of a report.
void Http::State::settle(const Report& report, bool taken, const std::string& why) {
    if (taken) {
        ++counts.reported;
        return send_reports();
    }
    if (report.tries < kReportTries) {
        reports.push_front(report);
    } else {
        ++counts.lost;
        warn(fmt::format("credit_url did not take the report of call {} ({:.0f} s): {}", report.question.call,
                         report.question.used_s, why));
    }
    if (std::exchange(pausing, true)) return;
    pause.expires_after(kReportPause);
    pause.async_wait([this, lives = alive](const boost::system::error_code& error) {
        if (error || !*lives) return;
        pausing = false;
        send_reports();
    });
}

void Http::State::send_reports() {
    while (!pausing && !reports.empty() && transfers.size() - questions < kReportsAtOnce) {
        Report next = std::move(reports.front());
        reports.pop_front();
        ++next.tries;
        start(std::move(next));
    }
}

Http::Http(boost::asio::io_context& io, std::function<void(const std::string&)> warn)
    : state_(std::make_unique<State>(io, std::move(warn))) {}
Http::~Http() = default;

void Http::configure(const Settings& settings) {
    state_->settings = settings;
    state_->send_reports();
}

HttpCounts Http::counts() const {
    HttpCounts out = state_->counts;
    out.under_way = state_->transfers.size();
    out.reports = state_->reports.size();
    return out;
}

void Http::tell(Done done) {
    state_->done = std::move(done);
}

void Http::ask(Question question) {
    State& s = *state_;
    if (question.event == Event::report) {
        if (s.settings.url.empty()) return;
        if (s.reports.size() >= kMostReports) {
            ++s.counts.lost;
            s.warn(fmt::format("too many reports wait for credit_url: that of call {} ({:.0f} s) is lost",
                               question.call, question.used_s));
            return;
        }
        s.reports.push_back({std::move(question)});
        return s.send_reports();
    }
    if (!s.settings.url.empty() && s.questions < s.settings.most) return s.start({std::move(question)});
    asio::post(s.io, [&s, lives = s.alive, ticket = question.ticket, none = s.settings.url.empty()] {
        if (!*lives) return;
        Answer given;
        given.ticket = ticket;
        given.why = none ? "there is no credit_url" : "too many questions are under way (credit_questions)";
        s.answer(std::move(given));
    });
}

}  // namespace strowger::credit
