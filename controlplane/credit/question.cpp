#include "credit/credit.hpp"
#include "observe/json_text.hpp"

namespace strowger::credit {

std::string to_json(const Question& q) {
    observe::JsonObject out;
    out.field("event", name_of(q.event));
    out.field("call", q.call);
    out.field("tenant", q.tenant);
    out.field("from", q.from);
    out.field("to", q.to);
    out.field("subscriber", q.subscriber);
    out.field("trunk", q.trunk);
    out.field("led_on_by", q.led_on_by);
    out.field("route", q.route);
    out.field("rate", q.rate);
    out.field("used_s", q.used_s);
    if (q.event == Event::report) {
        out.field("ended_by", q.ended_by);
        out.field("sip_code", std::uint64_t{q.code});
        out.field("reason", q.reason);
    }
    return out.finish();
}

}  // namespace strowger::credit
