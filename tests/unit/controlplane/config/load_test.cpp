#include "config/load.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "model/effective.hpp"
#include "model/subscribers.hpp"

namespace strowger::config {
namespace {

std::string all(const std::vector<Problem>& problems) {
    std::string text;
    for (const Problem& problem : problems) text += to_string(problem) + "\n";
    return text;
}

std::string problems_of(std::string_view text) {
    return all(load_text(text, "f.yaml").problems);
}

constexpr std::string_view kPort = "kind: port\nname: lan\ninterface: eth0\n---\n";

std::string example(const std::string& name) {
    return std::string(CONFIGS_DIR) + "/" + name;
}

TEST(Load, TakesEveryExample) {
    for (const char* name :
         {"lab.yaml", "one-interface.yaml", "sbc-in-front-of-pbx.yaml", "bare-metal.yaml"}) {
        const LoadResult result = load_file(example(name));
        EXPECT_EQ(all(result.problems), "") << name;
        EXPECT_FALSE(result.model.realms.empty()) << name;
    }
}

TEST(Load, ReadsTheLab) {
    const LoadResult lab = load_file(example("lab.yaml"));
    ASSERT_TRUE(lab.ok()) << all(lab.problems);
    const model::Realm& access = lab.model.realms.at("access");
    EXPECT_EQ(access.port.name, "access");
    EXPECT_FALSE(access.trusted);
    EXPECT_TRUE(model::authenticates(access));
    EXPECT_FALSE(model::authenticates(lab.model.realms.at("core")));
    ASSERT_EQ(access.listeners.size(), 2U);
    EXPECT_EQ(wire::to_string(access.listeners[1].local), "[fd10:a::1]:5060");
    EXPECT_EQ(access.media_ports, model::PortRange(16384, 32767));

    const model::SubscriberDirectory directory(lab.model);
    EXPECT_EQ(directory.size(), 99U);
    const auto phone = directory.find("LAB.example", "1007");
    ASSERT_TRUE(phone);
    EXPECT_EQ(phone->password.value, "secret-1007");
    EXPECT_EQ(directory.home_domain(*phone), "lab.example");
    EXPECT_FALSE(directory.find("lab.example", "1100"));
    EXPECT_FALSE(directory.find("elsewhere.example", "1007"));
}

TEST(Load, ReadsTheBareMetalExample) {
    const LoadResult metal = load_file(example("bare-metal.yaml"));
    ASSERT_TRUE(metal.ok()) << all(metal.problems);
    EXPECT_EQ(metal.model.system.workers, 8);
    EXPECT_EQ(metal.model.system.cpus, (model::Numbers{2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_EQ(metal.model.ports.at("peering").driver, PortDriver::pci);
    EXPECT_EQ(metal.model.realms.at("partner-b").vlan, 102);
    EXPECT_EQ(metal.model.trunks.at("switches").targets[2].weight, 1);
}

TEST(Load, SaysThatAFileIsMissing) {
    const LoadResult result = load_file("/nonexistent/strowger.yaml");
    EXPECT_EQ(all(result.problems), "/nonexistent/strowger.yaml: not readable: No such file or directory\n");
}

// One file with every sort of mistake: all are told at once, in order, each with its line.
TEST(Load, TellsAllMistakesAtOnce) {
    const LoadResult result = load_file(std::string(TEST_DATA_DIR) + "/mistakes.yaml");
    std::istringstream got(all(result.problems));
    std::string line;
    std::string text;
    const std::string prefix = std::string(TEST_DATA_DIR) + "/";
    while (std::getline(got, line)) {
        if (line.starts_with(prefix)) line.erase(0, prefix.size());
        text += line + "\n";
    }
    std::string golden;
    Problem problem;
    ASSERT_TRUE(read_file(std::string(TEST_DATA_DIR) + "/mistakes.expected", golden, problem))
        << to_string(problem);
    EXPECT_EQ(text, golden);
}

TEST(Load, RefusesWhatIsNotYaml) {
    EXPECT_EQ(problems_of("kind: [port\n"), "f.yaml:2: not YAML: end of sequence flow not found\n");
    EXPECT_EQ(problems_of("just text"),
              "f.yaml:1: just text: a resource is a list of options, such as kind: realm\n");
    EXPECT_EQ(problems_of("- kind: port\n"),
              "f.yaml:1: [: a resource is a list of options, such as kind: realm; separate resources with a "
              "line ---\n");
    EXPECT_EQ(problems_of("kind: port\nname: lan\ninterface: &a eth0\ndevice: *a\n"),
              "f.yaml:4: *: aliases are not supported: write the value out\n");
}

TEST(Load, RefusesDeepNestingAtOnce) {
    EXPECT_EQ(problems_of("kind: port\nname: a\nqueues: [[[[[[1]]]]]]\n"),
              "f.yaml:3: [: a list within a list: write the values in one list\n"
              "f.yaml:3: nesting: options have values or lists, nothing deeper\n");
    EXPECT_NE(problems_of("kind: port\nqueues: " + std::string(100'000, '[')), "");
    EXPECT_NE(problems_of("kind: port\nqueues: " + std::string(100'000, '{')), "");
}

TEST(Load, TellsDanglingReferencesWithTheNearestName) {
    EXPECT_EQ(problems_of(std::string(kPort) + "kind: realm\nname: a\nport: lam\naddresses: [10.0.0.1]\n"),
              "f.yaml:7: realm a: port: lam: no such port; did you mean lan? there is lan\n");
    EXPECT_EQ(problems_of("kind: route\nname: r\ntrunks: [pbx]\n"),
              "f.yaml:3: route r: trunks: pbx: no such trunk: declare it with kind: trunk, name: pbx\n");
}

TEST(Load, TellsWhichExpressionIsWrong) {
    const std::string network = "kind: port\nname: lan\ninterface: eth0\n---\nkind: realm\nname: a\nport: lan\n"
                                "addresses: [10.0.0.1]\nlisteners: ['udp:10.0.0.1:5060']\n---\n"
                                "kind: trunk\nname: t\nrealm: a\ntargets: [10.0.0.9]\n---\n";
    EXPECT_EQ(problems_of(network + "kind: route\nname: r\ntrunks: [t]\npatterns:\n  - '1[0-9]+'\n  - '2[0-9+'\n"),
              "f.yaml:21: route r: patterns: 2[0-9+: is no regular expression: missing terminating ] for character "
              "class at character 7\n");
    EXPECT_EQ(problems_of(network + "kind: route\nname: r\ntrunks: [t]\npatterns: ['(1)']\nrewrite: '\\2'\n"),
              "f.yaml:20: route r: rewrite: \\2: names \\2, but the expression has 1 group ((1))\n");
    EXPECT_EQ(problems_of("kind: translation\nname: t\nrules:\n  - 00(\\d+) => +\\1\n  - (0 => 1\n"),
              "f.yaml:5: translation t: rules: (0 => 1: is no regular expression: missing closing parenthesis at "
              "character 3\n");
    EXPECT_NE(problems_of("kind: translation\nname: t\nrules: ['0 => \\1']\n").find("has 0 groups"), std::string::npos);
}

TEST(Load, TellsBothLinesOfAContradiction) {
    EXPECT_EQ(problems_of("kind: header_rule\nname: a\naction: remove\nheader: Subject\n---\n"
                          "kind: header_rule\nname: b\naction: add\nheader: s\nvalue: x\n"),
              "f.yaml:9: header_rule b: header: s: contradicts header_rule a, which has the same priority: write "
              "another priority, or remove one of them (a is in f.yaml:4)\n");
    EXPECT_EQ(problems_of("kind: header_rule\nname: a\naction: remove\nheader: Subject\n---\n"
                          "kind: header_rule\nname: b\naction: add\nheader: s\nvalue: x\npriority: 101\n"),
              "");
    EXPECT_NE(problems_of("kind: header_rule\nname: a\naction: remove\nheader: f\n").find("may not be touched"),
              std::string::npos);
    EXPECT_NE(problems_of("kind: header_rule\nname: a\nheader: X\n").find("is missing: action add needs it"),
              std::string::npos);
}

TEST(Load, AnEmptyFileIsAnEmptyModel) {
    EXPECT_TRUE(load_text("", "f.yaml").ok());
    EXPECT_TRUE(load_text("---\n---\n# nothing\n", "f.yaml").ok());
}

TEST(Load, NeedsAListWhereOneIsMeant) {
    EXPECT_EQ(problems_of(std::string(kPort) + "kind: realm\nname: a\nport: lan\naddresses: 10.0.0.1\n"),
              "f.yaml:8: realm a: addresses: 10.0.0.1: a list is needed: write addresses: [10.0.0.1]\n");
}

TEST(LoadOnto, ReplacesTheNamedResourcesAndKeepsTheRest) {
    const LoadResult lab = load_file(example("lab.yaml"));
    const LoadResult next =
        load_onto(lab.model, "kind: trunk\nname: pbx\nrealm: core\ntargets: [10.20.0.11]\n", "f.yaml");
    ASSERT_TRUE(next.ok()) << all(next.problems);
    EXPECT_EQ(wire::to_string(next.model.trunks.at("pbx").targets[0].remote), "10.20.0.11:5060");
    EXPECT_EQ(next.model.trunks.at("pbx").domain, "");
    EXPECT_EQ(next.model.realms.size(), 2U);
}

TEST(LoadOnto, KeepsAHiddenSecret) {
    const LoadResult lab = load_file(example("lab.yaml"));
    const LoadResult next = load_onto(
        lab.model, "kind: subscriber\nname: phones\nrange: 1001-1050\npassword: (hidden)\n", "f.yaml");
    ASSERT_TRUE(next.ok()) << all(next.problems);
    EXPECT_EQ(next.model.subscribers.at("phones").password.value, "secret-{user}");
    const LoadResult fresh =
        load_onto(lab.model, "kind: subscriber\nname: anna\npassword: (hidden)\n", "f.yaml");
    EXPECT_EQ(all(fresh.problems),
              "subscriber anna: password: (hidden): nothing is hidden yet: write the secret itself\n");
}

TEST(LoadOnto, TellsTroubleWithResourcesOutsideTheText) {
    const LoadResult lab = load_file(example("lab.yaml"));
    const LoadResult next = load_onto(
        lab.model, "kind: realm\nname: core\nport: core\naddresses: [10.20.0.1]\ntrusted: true\n", "f.yaml");
    EXPECT_NE(all(next.problems)
                  .find("trunk pbx: targets: 10.20.0.10:5060: realm core has no IPv4 listener to send from"),
              std::string::npos)
        << all(next.problems);
}

}  // namespace
}  // namespace strowger::config
