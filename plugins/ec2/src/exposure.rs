//! What a security group lets the internet reach.

use serde::Deserialize;

#[cfg(test)]
mod tests;

/// The rules of a group that let traffic in, as a part of a select expression that `Exposure` reads.
pub(crate) const RULES: &str = "IpPermissions[].{
    protocol: IpProtocol, from: FromPort, to: ToPort,
    ranges: [IpRanges[].CidrIp, Ipv6Ranges[].CidrIpv6][]
}";

/// A rule as `RULES` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Rule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all of them.
    protocol: String,
    from: Option<i32>,
    to: Option<i32>,
    /// Where the traffic may come from, as CIDR.
    ranges: Option<Vec<String>>,
}

/// Traffic that may come in from anywhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Opening {
    All,
    /// All ports from the first to the last.
    Ports(&'static str, u16, u16),
    /// A protocol without ports.
    Protocol(String),
}

/// What a security group lets the internet reach: what its rules say of `0.0.0.0/0` and `::/0`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Exposure(Vec<Opening>);

impl Exposure {
    pub(crate) fn of(rules: &[Rule]) -> Self {
        let mut openings: Vec<Opening> =
            rules.iter().filter(|rule| rule.is_for_anybody()).map(Rule::opening).collect();
        openings.sort();
        if openings.contains(&Opening::All) {
            return Self(vec![Opening::All]);
        }
        openings.dedup_by(|next, previous| match (previous, next) {
            // Ranges that overlap, or follow each other, are one.
            (Opening::Ports(protocol, _, end), Opening::Ports(same, first, last))
                if protocol == same && u32::from(*first) <= u32::from(*end) + 1 =>
            {
                *end = (*end).max(*last);
                true
            }
            (previous, next) => previous == next,
        });
        Self(openings)
    }

    /// Whether there is anything that the internet reaches.
    pub(crate) fn is_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether the internet reaches this port, by TCP or UDP.
    pub(crate) fn reaches(&self, port: u16) -> bool {
        self.0.iter().any(|opening| match opening {
            Opening::All => true,
            Opening::Ports(_, first, last) => (*first..=*last).contains(&port),
            Opening::Protocol(_) => false,
        })
    }

    /// In words: `all`, `tcp/22`, `udp/6000-6100`, `icmp`.
    pub(crate) fn words(&self) -> Vec<String> {
        let word = |opening: &Opening| match opening {
            Opening::All => "all".to_owned(),
            Opening::Ports(protocol, first, last) if first == last => format!("{protocol}/{first}"),
            Opening::Ports(protocol, first, last) => format!("{protocol}/{first}-{last}"),
            Opening::Protocol(name) => name.clone(),
        };
        self.0.iter().map(word).collect()
    }
}

impl Rule {
    /// Whether one of the ranges is as good as everything: wider than any network of one owner, as AWS
    /// itself draws the line for policies. `0.0.0.0/1` is half of the internet.
    fn is_for_anybody(&self) -> bool {
        self.ranges.iter().flatten().any(|range| {
            let bits = range.split_once('/').and_then(|(_, bits)| bits.parse::<u8>().ok());
            let narrowest = if range.contains(':') { 32 } else { 8 };
            bits.is_some_and(|bits| bits < narrowest)
        })
    }

    fn opening(&self) -> Opening {
        let ports = |protocol| {
            let port = |port: Option<i32>, all| match port {
                None | Some(-1) => all,
                Some(port) => u16::try_from(port.max(0)).unwrap_or(u16::MAX),
            };
            Opening::Ports(protocol, port(self.from, 0), port(self.to, u16::MAX))
        };
        match self.protocol.as_str() {
            "-1" => Opening::All,
            "tcp" | "6" => ports("tcp"),
            "udp" | "17" => ports("udp"),
            "icmp" | "1" => Opening::Protocol("icmp".to_owned()),
            "icmpv6" | "58" => Opening::Protocol("icmpv6".to_owned()),
            number => Opening::Protocol(format!("protocol {number}")),
        }
    }
}
