use serde_json::{Value, json};

use super::*;

/// The exposure of a group with these `IpPermissions`.
fn of(permissions: &Value) -> Exposure {
    let select = jmespath::compile(RULES).expect("the expression is right");
    let rules = select.search(json!({ "IpPermissions": permissions })).expect("it fits");
    let rules: Option<Vec<Rule>> = serde_json::from_str(&rules.to_string()).expect("rules");
    Exposure::of(&rules.unwrap_or_default())
}

fn words(permissions: &Value) -> String {
    of(permissions).words().join(" ")
}

/// A rule for everybody.
fn open(protocol: &str, from: i32, to: i32) -> Value {
    json!({
        "IpProtocol": protocol, "FromPort": from, "ToPort": to,
        "IpRanges": [{ "CidrIp": "10.0.0.0/8" }, { "CidrIp": "0.0.0.0/0", "Description": "everybody" }],
        "Ipv6Ranges": [], "UserIdGroupPairs": [], "PrefixListIds": [],
    })
}

#[test]
fn only_what_comes_from_anywhere_counts() {
    let rule = |ranges: &Value| {
        let mut rule = json!({ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22 });
        rule.as_object_mut().expect("an object").extend(ranges.as_object().expect("an object").clone());
        json!([rule])
    };
    for (ranges, expected) in [
        (json!({ "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }), "tcp/22"),
        (json!({ "IpRanges": [], "Ipv6Ranges": [{ "CidrIpv6": "::/0" }] }), "tcp/22"),
        (json!({ "IpRanges": [{ "CidrIp": "10.0.0.0/8" }, { "CidrIp": "203.0.113.0/30" }] }), ""),
        (
            json!({ "IpRanges": [{ "CidrIp": "198.51.100.7/32" }], "Ipv6Ranges": [{ "CidrIpv6": "2001:db8::/32" }] }),
            "",
        ),
        (json!({ "IpRanges": [{ "CidrIp": "0.0.0.0/1" }, { "CidrIp": "128.0.0.0/1" }] }), "tcp/22"),
        (json!({ "Ipv6Ranges": [{ "CidrIpv6": "2000::/3" }] }), "tcp/22"),
        (json!({ "UserIdGroupPairs": [{ "GroupId": "sg-1" }] }), ""),
        (json!({ "PrefixListIds": [{ "PrefixListId": "pl-1" }] }), ""),
    ] {
        assert_eq!(words(&rule(&ranges)), expected, "{ranges}");
    }
    assert_eq!(words(&json!([])), "");
    assert_eq!(words(&json!(null)), "");
}

#[test]
fn protocols_and_ports_are_told_in_short_words() {
    for (rule, expected) in [
        (open("tcp", 443, 443), "tcp/443"),
        (open("6", 443, 443), "tcp/443"),
        (open("udp", 6000, 6100), "udp/6000-6100"),
        (open("17", 53, 53), "udp/53"),
        (open("tcp", 0, 65535), "tcp/0-65535"),
        (open("tcp", -1, -1), "tcp/0-65535"),
        (json!({ "IpProtocol": "tcp", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }), "tcp/0-65535"),
        (json!({ "IpProtocol": "-1", "Ipv6Ranges": [{ "CidrIpv6": "::/0" }] }), "all"),
        (open("icmp", 8, -1), "icmp"),
        (open("icmpv6", -1, -1), "icmpv6"),
        (open("50", -1, -1), "protocol 50"),
    ] {
        assert_eq!(words(&json!([rule])), expected, "{rule}");
    }
}

#[test]
fn ranges_that_overlap_or_touch_are_one() {
    let rules = json!([
        open("tcp", 8000, 8080),
        open("udp", 53, 53),
        open("tcp", 22, 22),
        open("tcp", 23, 25),
        open("tcp", 8080, 9000),
        open("tcp", 8010, 8020),
        open("tcp", 22, 22),
        open("tcp", 65535, 65535),
        open("icmp", -1, -1),
        open("icmp", 8, 0),
    ]);
    assert_eq!(words(&rules), "tcp/22-25 tcp/8000-9000 tcp/65535 udp/53 icmp");
    assert_eq!(words(&json!([open("tcp", 22, 22), open("-1", -1, -1), open("icmp", 8, 0)])), "all");
}

#[test]
fn a_port_is_reached_through_any_range_that_holds_it() {
    for (rule, port, expected) in [
        (open("tcp", 22, 22), 22, true),
        (open("tcp", 22, 22), 23, false),
        (open("tcp", 0, 65535), 22, true),
        (open("tcp", 20, 25), 25, true),
        (open("tcp", 23, 25), 22, false),
        (open("udp", 22, 22), 22, true),
        (open("-1", -1, -1), 22, true),
        (open("icmp", 22, -1), 22, false),
        (open("47", -1, -1), 22, false),
    ] {
        let exposure = of(&json!([rule]));
        assert!(exposure.is_any());
        assert_eq!(exposure.reaches(port), expected, "{rule}, port {port}");
    }
    assert!(!of(&json!([])).reaches(22));
    assert!(!of(&json!([])).is_any());
}
