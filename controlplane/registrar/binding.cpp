#include "registrar/binding.hpp"

#include "strowger/wire/sip_values.hpp"

namespace strowger::registrar {

void read_instance(std::string_view parameters, std::string_view& instance, std::uint32_t& reg_id) noexcept {
    instance = {};
    reg_id = 0;
    if (parameters.empty()) return;
    const wire::Parameters all(parameters);
    if (const auto id = all.find("reg-id")) reg_id = wire::parse_number(*id).value_or(0);
    instance = all.find("+sip.instance").value_or(std::string_view{});
    if (instance.size() >= 2 && instance.front() == '"' && instance.back() == '"')
        instance = instance.substr(1, instance.size() - 2);
    if (instance.size() >= 2 && instance.front() == '<' && instance.back() == '>')
        instance = instance.substr(1, instance.size() - 2);
}

store::BindingRow to_row(const Binding& binding, std::string_view realm, std::int64_t unix_expires) {
    store::BindingRow row;
    row.id = binding.id;
    row.tenant = binding.tenant;
    row.aor = binding.aor;
    row.contact = binding.contact;
    row.parameters = binding.parameters;
    row.call_id = binding.call_id;
    row.path = binding.path;
    row.user_agent = binding.user_agent;
    row.realm = realm;
    row.cseq = binding.cseq;
    row.branch = binding.branch;
    row.q = binding.q;
    row.flags = binding.flags;
    row.transport = binding.flow.transport;
    row.local = binding.flow.local;
    row.remote = binding.flow.remote;
    row.expires = unix_expires;
    row.updated = binding.updated;
    return row;
}

Binding from_row(const store::BindingRow& row) {
    Binding out;
    out.id = row.id;
    out.tenant = row.tenant;
    out.aor = row.aor;
    out.contact = row.contact;
    out.parameters = row.parameters;
    read_instance(out.parameters, out.instance, out.reg_id);
    out.call_id = row.call_id;
    out.path = row.path;
    out.user_agent = row.user_agent;
    out.cseq = row.cseq;
    out.branch = row.branch;
    out.q = row.q;
    out.flags = row.flags;
    out.flow.transport = row.transport;
    out.flow.local = row.local;
    out.flow.remote = row.remote;
    out.updated = row.updated;
    return out;
}

}  // namespace strowger::registrar
