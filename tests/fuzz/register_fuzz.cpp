// Any bytes as a REGISTER: read, planned against bindings that an earlier reading made, and answered.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "registrar/register_answer.hpp"
#include "registrar/register_request.hpp"
#include "registrar/update_plan.hpp"
#include "registrar/uri_equality.hpp"
#include "strowger/wire/sip_aor.hpp"
#include "strowger/wire/sip_tokenise.hpp"

namespace {

using namespace strowger;
using namespace strowger::registrar;

void check(bool holds) {
    if (!holds) std::abort();
}

// Header lines that leave as they are: no line may be smuggled in.
void check_lines(std::string_view lines) {
    while (!lines.empty()) {
        const std::size_t end = lines.find("\r\n");
        check(end != std::string_view::npos);
        const std::string_view line = lines.substr(0, end);
        check(line.find_first_of("\r\n") == std::string_view::npos);
        const bool known =
            line.substr(0, 9) == "Contact: " || line.substr(0, 6) == "Path: " || line == "Require: outbound";
        check(known);
        lines.remove_prefix(end + 2);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > wire::kMaxMessage) return 0;
    const auto bytes = std::make_unique<char[]>(size + 64);
    if (size != 0) std::memcpy(bytes.get(), data, size);
    const auto view = std::make_unique<wire::SipView>();
    if (wire::tokenise(bytes.get(), static_cast<std::uint32_t>(size), *view) != wire::TokeniseStatus::ok)
        return 0;
    const wire::SipMessage sip(bytes.get(), static_cast<std::uint32_t>(size), view.get());

    wire::Aor aor;
    if (aor_of(sip.header(wire::HeaderId::to), aor)) check(!aor.host().empty());
    (void)check_require(sip);
    RegisterRequest request;
    if (read_register(sip, {60, 3600, 1800}, request)) return 0;
    for (const ContactRequest& contact : request.contacts) {
        check(contact.expires <= 3600 && contact.q <= 1000);
        check(same_uri(contact.uri, contact.uri));
    }

    std::vector<store::BindingRow> rows;
    std::int64_t next_id = 1;
    for (int round = 0; round < 2; ++round) {
        std::vector<Binding> current;
        for (const store::BindingRow& row : rows) {
            current.push_back(from_row(row));
            current.back().expires = row.expires * kSecond;
        }
        const PlanInput input{request, current, "default", "a@h", "access", {}, 0, 0, 100};
        const UpdatePlan plan = plan_update(input, [&] { return next_id++; });
        if (round == 1) {
            // The same request again changes nothing.
            check(plan.writes.empty() && !plan.refusal);
            std::string lines;
            append_answer(current, request.path, 0, lines);
            check_lines(lines);
        }
        for (const store::Write& write : plan.writes)
            if (const auto* put = std::get_if<store::PutBinding>(&write)) rows.push_back(put->row());
    }
    return 0;
}
