#include "model/show.hpp"

#include <gtest/gtest.h>

#include "config/load.hpp"
#include "model/diff.hpp"

namespace strowger::model {
namespace {

TEST(Show, WhatIsShownLoadsAgainAsTheSameModel) {
    for (const char* name :
         {"lab.yaml", "one-interface.yaml", "sbc-in-front-of-pbx.yaml", "bare-metal.yaml"}) {
        const auto first = config::load_file(std::string(CONFIGS_DIR) + "/" + name);
        ASSERT_TRUE(first.ok()) << name;
        const std::string yaml = yaml_of(show_all(first.model, Secrets::reveal));
        const auto second = config::load_text(yaml, "shown");
        for (const auto& problem : second.problems)
            ADD_FAILURE() << config::to_string(problem) << "\n" << yaml;
        EXPECT_TRUE(diff(first.model, second.model).empty()) << yaml;
    }
}

TEST(Show, OddTextsAreQuoted) {
    Model model;
    for (const char* text : {"~", "null", "a: b", "# no comment", "\"quoted\"", "back\\slash", " leading",
                             "- dash", "[x]", "&a"}) {
        model.tenants["default"] = Tenant{.name = "default", .domains = {"a.example"}};
        model.subscribers["anna"] = Subscriber{.name = "anna", .password = {"x"}, .display_name = text};
        const auto again = config::load_text(yaml_of(show_all(model, Secrets::reveal)), "shown");
        ASSERT_TRUE(again.ok()) << text;
        EXPECT_EQ(again.model.subscribers.at("anna").display_name, text);
    }
}

TEST(Show, HidesSecretsAndLeavesOutDefaults) {
    Model model;
    model.subscribers["anna"] = Subscriber{.name = "anna", .password = {"secret"}};
    EXPECT_EQ(yaml_of(show_all(model, Secrets::hide)),
              "kind: subscriber\nname: anna\npassword: \"(hidden)\"\n");
}

TEST(Show, KnowsTheDefaults) {
    EXPECT_EQ(default_text(Kind::system, "t1"), "500ms");
    EXPECT_EQ(default_text(Kind::realm, "media_ports"), "16384-32767");
    EXPECT_EQ(default_text(Kind::realm, "codecs"), "");
    EXPECT_EQ(default_text(Kind::realm, "tenant"), "default");
}

}  // namespace
}  // namespace strowger::model
