// The only file that knows yaml-cpp. It is used through its events, so that depth, size, aliases and repeated
// keys are ours to judge and no node graph is ever built.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>

#include "config/document.hpp"

namespace strowger::config {

namespace {

int line_of(const YAML::Mark& mark) {
    return mark.line + 1;
}

// Thrown through yaml-cpp to stop reading; caught in parse_yaml.
struct Stop {};

// Turns events into resources. A document is a map of option to scalar or list of scalars.
class Reader : public YAML::EventHandler {
  public:
    Reader(Document& document, std::vector<Problem>& problems) : document_(document), problems_(problems) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        depth_ = 0;
        skipping_ = 0;
        have_key_ = false;
        problems_before_ = problems_.size();
        resource_ = {.line = line_of(mark), .options = {}};
    }
    void OnDocumentEnd() override {
        if (resource_.options.empty()) return;
        if (document_.resources.size() >= kMaxResources)
            refuse(resource_.line, "document", "too many resources in one file");
        document_.resources.push_back(std::move(resource_));
    }

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        if (depth_ == 0) return;  // an empty document
        value({.null = true, .line = line_of(mark)});
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        complain(line_of(mark), "*", "aliases are not supported: write the value out");
        value({.null = true, .line = line_of(mark)}, true);
    }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  const std::string& text) override {
        if (depth_ == 0) {
            complain(line_of(mark), shorten(text), "a resource is a list of options, such as kind: realm");
            return;
        }
        value({.line = line_of(mark), .text = text});
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        enter(mark);
        if (skipping_ != 0) return;
        if (depth_ == 1)
            return skip(
                mark, "[",
                "a resource is a list of options, such as kind: realm; separate resources with a line ---");
        if (depth_ > 2) return skip(mark, "[", "a list within a list: write the values in one list");
        if (!have_key_) return skip(mark, "[", "an option's name is expected here");
        list_ = {.shape = RawValue::Shape::list, .line = line_of(mark)};
    }
    void OnSequenceEnd() override {
        --depth_;
        if (leave_skipped()) return;
        option(std::move(list_));
    }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        enter(mark);
        if (skipping_ != 0) return;
        if (depth_ == 1) return void(resource_.line = line_of(mark));
        if (!have_key_) return skip(mark, "{", "an option's name is expected here");
        skip(mark, depth_ == 2 ? shorten(key_) : "{",
             "options have values or lists, not options of their own");
    }
    void OnMapEnd() override {
        --depth_;
        leave_skipped();
    }

    [[nodiscard]] std::size_t problems_at_document_start() const { return problems_before_; }

  private:
    static std::string shorten(const std::string& text) {
        if (text.empty()) return "\"\"";
        return text.size() <= 60 ? text : text.substr(0, 57) + "...";
    }

    void complain(int line, std::string subject, std::string allowed) {
        problems_.push_back({document_.file, line, std::move(subject), std::move(allowed)});
    }
    [[noreturn]] void refuse(int line, std::string subject, std::string allowed) {
        complain(line, std::move(subject), std::move(allowed));
        throw Stop();
    }

    void enter(const YAML::Mark& mark) {
        if (++depth_ > kMaxDepth)
            refuse(line_of(mark), "nesting", "options have values or lists, nothing deeper");
    }
    // Everything until the collection that was just entered ends is passed over.
    void skip(const YAML::Mark& mark, std::string subject, std::string allowed) {
        complain(line_of(mark), std::move(subject), std::move(allowed));
        skipping_ = depth_;
    }
    // True when the collection that just ended belonged to what is passed over.
    bool leave_skipped() {
        if (skipping_ == 0) return false;
        if (depth_ < skipping_) {
            skipping_ = 0;
            if (depth_ == 1) have_key_ = false;
        }
        return true;
    }

    void value(RawValue value, bool bad = false) {
        if (skipping_ != 0) return;
        if (depth_ == 2) return void(list_.items.push_back(std::move(value)));
        if (!have_key_) {
            key_ = std::move(value.text);
            key_line_ = value.line;
            have_key_ = true;
            return;
        }
        if (bad) return void(have_key_ = false);
        option(std::move(value));
    }

    void option(RawValue value) {
        have_key_ = false;
        const bool repeated =
            std::ranges::any_of(resource_.options, [&](const RawOption& other) { return other.key == key_; });
        if (repeated) return complain(key_line_, shorten(key_), "written twice in this resource: keep one");
        if (resource_.options.size() >= 256)
            refuse(key_line_, shorten(key_), "too many options in one resource");
        resource_.options.push_back({key_, key_line_, std::move(value)});
    }

    Document& document_;
    std::vector<Problem>& problems_;
    RawResource resource_;
    RawValue list_;
    std::string key_;
    std::size_t problems_before_ = 0;
    int key_line_ = 0;
    int depth_ = 0;
    int skipping_ = 0;  // depth of the collection that is passed over; 0: none
    bool have_key_ = false;
};

// A stream over the text without copying it.
class ViewBuffer : public std::streambuf {
  public:
    explicit ViewBuffer(std::string_view text) {
        char* begin = const_cast<char*>(text.data());  // only read: a streambuf has no const form
        setg(begin, begin, begin + text.size());
    }
};

}  // namespace

Document parse_yaml(std::string_view text, std::string_view file, std::vector<Problem>& problems) {
    Document document{.file = std::string(file), .resources = {}, .complete = false};
    if (text.size() > kMaxFileBytes) {
        problems.push_back({document.file, 0, "file", "larger than 16 MiB: split it"});
        return document;
    }
    Reader reader(document, problems);
    try {
        ViewBuffer buffer(text);
        std::istream stream(&buffer);
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(reader)) {
        }
        document.complete = true;
    } catch (const Stop&) {
    } catch (const YAML::Exception& error) {
        problems.resize(reader.problems_at_document_start());  // what follows from the broken syntax
        problems.push_back(
            {document.file, error.mark.is_null() ? 0 : line_of(error.mark), "not YAML", error.msg});
    } catch (const std::exception& error) {
        problems.push_back({document.file, 0, "not readable", error.what()});
    }
    return document;
}

}  // namespace strowger::config
