// Checks of header rules: what may not be touched, what an action needs, and rules that contradict each other.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "model/check.hpp"
#include "model/effective.hpp"
#include "model/values.hpp"
#include "pattern/expression.hpp"
#include "strowger/wire/sip_message.hpp"

namespace strowger::model {

namespace {

// Headers that transactions, dialogs, sessions and credentials live on.
bool is_protected(const std::string& name) {
    using wire::HeaderId;
    switch (wire::header_of(name)) {
        case HeaderId::via:
        case HeaderId::from:
        case HeaderId::to:
        case HeaderId::call_id:
        case HeaderId::cseq:
        case HeaderId::max_forwards:
        case HeaderId::contact:
        case HeaderId::route:
        case HeaderId::record_route:
        case HeaderId::path:
        case HeaderId::service_route:
        case HeaderId::content_type:
        case HeaderId::content_length:
        case HeaderId::content_encoding:
        case HeaderId::content_disposition:
        case HeaderId::authorization:
        case HeaderId::proxy_authorization:
        case HeaderId::www_authenticate:
        case HeaderId::proxy_authenticate:
        case HeaderId::authentication_info:
        case HeaderId::supported:
        case HeaderId::require:
        case HeaderId::proxy_require:
        case HeaderId::unsupported:
        case HeaderId::rack:
        case HeaderId::rseq:
        case HeaderId::session_expires:
        case HeaderId::min_se:
        case HeaderId::refer_to:
        case HeaderId::replaces:
        case HeaderId::event:
        case HeaderId::subscription_state:
            return true;
        default:
            return false;
    }
}

template <typename Refs>
bool overlap(const Refs& a, const Refs& b) {
    return std::ranges::any_of(a, [&](const auto& ref) { return std::ranges::find(b, ref) != b.end(); });
}

class HeaderRuleCheck {
  public:
    HeaderRuleCheck(const Model& model, std::vector<Finding>& findings) : model_(model), findings_(findings) {}

    void run() {
        for (const auto& entry : model_.header_rules) {
            one(entry.second);
            beside(entry.second);
        }
    }

  private:
    void complain(const HeaderRule& rule, const char* option, std::string text, std::string complaint,
                  const HeaderRule* other = nullptr) {
        findings_.push_back({.kind = Kind::header_rule,
                             .name = rule.name,
                             .option = option,
                             .text = std::move(text),
                             .complaint = std::move(complaint),
                             .other = other == nullptr ? std::string() : other->name});
    }

    void one(const HeaderRule& rule) {
        if (is_protected(rule.header))
            complain(rule, "header", rule.header,
                     "may not be touched: transactions, dialogs, sessions and credentials depend on it");
        const bool writes = rule.action == HeaderAction::add || rule.action == HeaderAction::replace;
        if (writes == rule.value.empty())
            complain(rule, "value", rule.value,
                     writes ? fmt::format("is missing: action {} needs it", write(rule.action))
                            : fmt::format("not used by action {}: remove this line", write(rule.action)));
        const bool copies = rule.action == HeaderAction::copy;
        if (copies == rule.source.empty())
            complain(rule, "source", rule.source,
                     copies ? std::string("is missing: action copy needs it")
                            : fmt::format("not used by action {}: remove this line", write(rule.action)));
        if (copies && same_header(rule.source, rule.header))
            complain(rule, "source", rule.source, "is the header itself: name another one");
        if (rule.if_matches && rule.if_header.empty())
            complain(rule, "if_matches", rule.if_matches->text, "needs if_header, whose values it looks at");
        std::string problem;
        const auto expression =
            rule.if_matches ? pattern::Expression::compile(rule.if_matches->text, pattern::Extent::part, problem)
                            : nullptr;
        if (auto what = pattern::expand_complaint(rule.value, expression ? expression->groups() : 0); !what.empty())
            complain(rule, "value", rule.value, std::move(what));
        for (const RealmRef& ref : rule.realms) {
            const auto realm = model_.realms.find(ref.name);
            if (realm != model_.realms.end() && realm->second.policy == Policy::stateless)
                complain(rule, "realms", ref.name, kStateless);
        }
        for (const TrunkRef& ref : rule.trunks) {
            const auto trunk = model_.trunks.find(ref.name);
            const auto realm =
                trunk == model_.trunks.end() ? model_.realms.end() : model_.realms.find(trunk->second.realm.name);
            if (realm != model_.realms.end() &&
                trunk->second.policy.value_or(realm->second.policy) == Policy::stateless)
                complain(rule, "trunks", ref.name, kStateless);
        }
    }

    static bool same_header(const std::string& a, const std::string& b) {
        const auto id = wire::header_of(a);
        return id != wire::HeaderId::other ? id == wire::header_of(b) : equal_ignoring_case(a, b);
    }

    [[nodiscard]] bool same_place(const HeaderRule& a, const HeaderRule& b) const {
        const auto everywhere = [](const HeaderRule& r) { return r.realms.empty() && r.trunks.empty(); };
        if (everywhere(a) || everywhere(b) || overlap(a.realms, b.realms) || overlap(a.trunks, b.trunks)) return true;
        const auto within = [&](const HeaderRule& of_trunks, const HeaderRule& of_realms) {
            return std::ranges::any_of(of_trunks.trunks, [&](const TrunkRef& ref) {
                const auto trunk = model_.trunks.find(ref.name);
                return trunk != model_.trunks.end() &&
                       std::ranges::find(of_realms.realms, trunk->second.realm) != of_realms.realms.end();
            });
        };
        return within(a, b) || within(b, a);
    }

    [[nodiscard]] bool same_messages(const HeaderRule& a, const HeaderRule& b) const {
        if (a.direction != b.direction) return false;
        if (a.messages != b.messages && a.messages != Messages::both && b.messages != Messages::both) return false;
        return a.methods.empty() || b.methods.empty() || overlap(a.methods, b.methods);
    }

    // Both would decide over one header of one message, and no priority says which comes last.
    [[nodiscard]] bool contradict(const HeaderRule& a, const HeaderRule& b) const {
        if (a.priority != b.priority || !same_header(a.header, b.header)) return false;
        const bool one_removes = (a.action == HeaderAction::remove) != (b.action == HeaderAction::remove);
        const bool both_replace = a.action == HeaderAction::replace && b.action == HeaderAction::replace;
        if (!one_removes && !(both_replace && a.value != b.value)) return false;
        const bool same_condition = equal_ignoring_case(a.if_header, b.if_header) && a.if_matches == b.if_matches &&
                                    equal_ignoring_case(a.unless_header, b.unless_header);
        return same_condition && same_messages(a, b) && same_place(a, b);
    }

    void beside(const HeaderRule& rule) {
        for (const auto& entry : model_.header_rules) {
            const HeaderRule& other = entry.second;
            if (other.name >= rule.name) return;
            if (contradict(rule, other))
                complain(rule, "header", rule.header,
                         fmt::format("contradicts header_rule {}, which has the same priority: write another priority, "
                                     "or remove one of them",
                                     other.name),
                         &other);
        }
    }

    static constexpr const char* kStateless =
        "has policy stateless, where header rules are not carried out: use remove_headers, or policy b2bua";

    const Model& model_;
    std::vector<Finding>& findings_;
};

}  // namespace

void check_header_rules(const Model& model, std::vector<Finding>& findings) {
    HeaderRuleCheck(model, findings).run();
}

}  // namespace strowger::model
