//! The interfaces that the host offers, for messages that say so before anything is compiled. The
//! linker has the last word.

/// What a plugin must export.
pub(crate) const EXPORT: &str = "tollgate:plugin/tools@0.1.0";

/// The contract: interfaces with their versions.
const CONTRACT: &[&str] = &[
    "tollgate:accounts/directory@0.1.0",
    "tollgate:aws/api@0.1.0",
    "tollgate:aws/credentials@0.1.0",
    "tollgate:cache/store@0.1.0",
    "tollgate:call/budget@0.1.0",
    "tollgate:catalog/operations@0.1.0",
    "tollgate:results/store@0.1.0",
    "tollgate:telemetry/log@0.1.0",
    "tollgate:telemetry/progress@0.1.0",
];

/// What standard libraries import, over a context that holds nothing: no arguments, environment,
/// files, input. `wasi:sockets` and `wasi:http` are left out on purpose.
const WASI: &[&str] = &[
    "wasi:cli/environment@0.2.0",
    "wasi:cli/exit@0.2.0",
    "wasi:cli/stderr@0.2.0",
    "wasi:cli/stdin@0.2.0",
    "wasi:cli/stdout@0.2.0",
    "wasi:cli/terminal-input@0.2.0",
    "wasi:cli/terminal-output@0.2.0",
    "wasi:cli/terminal-stderr@0.2.0",
    "wasi:cli/terminal-stdin@0.2.0",
    "wasi:cli/terminal-stdout@0.2.0",
    "wasi:clocks/monotonic-clock@0.2.0",
    "wasi:clocks/wall-clock@0.2.0",
    "wasi:filesystem/preopens@0.2.0",
    "wasi:filesystem/types@0.2.0",
    "wasi:io/error@0.2.0",
    "wasi:io/poll@0.2.0",
    "wasi:io/streams@0.2.0",
    "wasi:random/insecure@0.2.0",
    "wasi:random/insecure-seed@0.2.0",
    "wasi:random/random@0.2.0",
];

/// Whether an import can be served: the same interface on the same version track.
pub(crate) fn serves(import: &str) -> bool {
    CONTRACT.iter().chain(WASI).any(|offered| fits(offered, import))
}

/// Whether an export is the one that a plugin must have, or a compatible one.
pub(crate) fn is_expected_export(export: &str) -> bool {
    fits(EXPORT, export)
}

/// What the host offers in place of an import that it does not serve.
pub(crate) fn instead_of(import: &str) -> String {
    let (interface, _) = split(import);
    let package = interface.split('/').next().unwrap_or(interface);
    let same = |wanted: &str, by: fn(&str) -> &str| -> Vec<&str> {
        CONTRACT.iter().chain(WASI).copied().filter(|offered| by(split(offered).0) == wanted).collect()
    };
    let versions = same(interface, |name| name);
    if !versions.is_empty() {
        return format!("it offers {}", versions.join(", "));
    }
    let siblings = same(package, |name| name.split('/').next().unwrap_or(name));
    if !siblings.is_empty() {
        return format!("of {package} it offers {}", siblings.join(", "));
    }
    match package {
        "wasi:sockets" | "wasi:http" => {
            "a plugin has no network of its own; it reaches AWS through tollgate:aws/api@0.1.0".to_owned()
        }
        _ => format!("it offers {} and the parts of WASI 0.2 that hold no resources", CONTRACT.join(", ")),
    }
}

/// Versions fit as in semantic versioning: the same major version, before 1.0 the same minor one.
fn fits(offered: &str, name: &str) -> bool {
    let ((offered, offered_version), (name, version)) = (split(offered), split(name));
    offered == name && track(offered_version) == track(version)
}

fn split(name: &str) -> (&str, &str) {
    name.split_once('@').unwrap_or((name, ""))
}

fn track(version: &str) -> Option<(u64, u64)> {
    // `0.2.0-rc.1` fits nothing but itself.
    if version.contains('-') {
        return None;
    }
    let mut numbers = version.split('.').map(|number| number.parse::<u64>().ok());
    let (major, minor) = (numbers.next()??, numbers.next().flatten().unwrap_or(0));
    Some((major, if major == 0 { minor } else { 0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_fit_on_their_track() {
        assert!(serves("wasi:io/poll@0.2.6"));
        assert!(serves("tollgate:aws/api@0.1.9"));
        assert!(!serves("tollgate:aws/api@0.2.0"));
        assert!(!serves("tollgate:aws/api@1.0.0"));
        assert!(!serves("tollgate:aws/api"));
        assert!(!serves("wasi:io/poll@0.3.0"));
        assert!(!serves("wasi:sockets/tcp@0.2.6"));
        assert!(is_expected_export("tollgate:plugin/tools@0.1.3"));
        assert!(!is_expected_export("tollgate:plugin/tools@0.2.0"));
    }

    #[test]
    fn what_is_offered_instead_is_named() {
        assert_eq!(instead_of("tollgate:aws/api@0.2.0"), "it offers tollgate:aws/api@0.1.0");
        assert_eq!(
            instead_of("tollgate:telemetry/metrics@0.1.0"),
            "of tollgate:telemetry it offers tollgate:telemetry/log@0.1.0, tollgate:telemetry/progress@0.1.0"
        );
        assert!(instead_of("wasi:sockets/tcp@0.2.6").contains("no network of its own"));
        assert!(instead_of("acme:db/sql@1.0.0").contains("tollgate:cache/store@0.1.0"));
    }
}
