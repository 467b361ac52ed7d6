#include "pattern/database.hpp"

#include <fmt/format.h>
#include <hs/hs.h>

#include <cstdlib>
#include <utility>

namespace strowger::pattern {
namespace {

constexpr unsigned kFlags = HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY;

std::string whole(std::string_view expression) {
    return fmt::format("\\A(?:{})\\z", expression);
}

std::string text_of(hs_compile_error_t* error) {
    std::string text = error == nullptr ? "unknown" : error->message;
    hs_free_compile_error(error);
    return text;
}

}  // namespace

std::string database_complaint(std::string_view expression) {
    hs_expr_info_t* info = nullptr;
    hs_compile_error_t* error = nullptr;
    if (hs_expression_info(whole(expression).c_str(), kFlags, &info, &error) != HS_SUCCESS)
        return fmt::format("cannot be looked for together with others (no references back, no look-around): {}",
                           text_of(error));
    std::free(info);  // NOLINT: Hyperscan's allocator is malloc
    return {};
}

std::shared_ptr<const Database> Database::build(const std::vector<std::string>& expressions, std::string& problem) {
    std::vector<std::string> texts;
    std::vector<const char*> pointers;
    std::vector<unsigned> flags(expressions.size(), kFlags);
    std::vector<unsigned> ids;
    for (const std::string& expression : expressions) {
        ids.push_back(static_cast<unsigned>(texts.size()));
        texts.push_back(whole(expression));
    }
    for (const std::string& text : texts) pointers.push_back(text.c_str());
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    if (hs_compile_multi(pointers.data(), flags.data(), ids.data(), static_cast<unsigned>(pointers.size()),
                         HS_MODE_BLOCK, nullptr, &database, &error) != HS_SUCCESS) {
        const int at = error == nullptr ? -1 : error->expression;
        const std::string of = at < 0 ? "" : expressions[static_cast<std::size_t>(at)] + ": ";
        problem = of + text_of(error);
        return nullptr;
    }
    std::shared_ptr<Database> out(new Database);
    out->database_ = database;
    hs_scratch_t* scratch = nullptr;
    if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) {
        problem = "no memory for its work space";
        return nullptr;
    }
    out->scratch_ = scratch;
    return out;
}

Database::~Database() {
    hs_free_scratch(static_cast<hs_scratch_t*>(scratch_));
    hs_free_database(static_cast<hs_database_t*>(database_));
}

void Database::find(std::string_view subject, std::vector<std::uint32_t>& out) const {
    const auto matched = [](unsigned id, unsigned long long, unsigned long long, unsigned, void* to) {
        static_cast<std::vector<std::uint32_t>*>(to)->push_back(id);
        return 0;
    };
    const char* text = subject.empty() ? "" : subject.data();
    hs_scan(static_cast<const hs_database_t*>(database_), text, static_cast<unsigned>(subject.size()), 0,
            static_cast<hs_scratch_t*>(scratch_), matched, &out);
}

}  // namespace strowger::pattern
