//! Why a plugin could not be loaded, and why a call failed.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where a plugin came from, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Part of the host's binary, under this name.
    Bundled(String),
    /// A file.
    File(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundled(name) => write!(f, "bundled plugin {name}"),
            Self::File(path) => write!(f, "plugin {}", path.display()),
        }
    }
}

/// Why the plugins could not be loaded. The operator mends it: every text names the plugin and
/// what to change.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The sandbox could not be set up on this machine.
    #[error("the sandbox cannot be set up: {0}")]
    Sandbox(String),
    /// The file cannot be read. Check path and permissions.
    #[error("{origin}: cannot be read")]
    Read {
        /// The plugin.
        origin: Origin,
        /// What the operating system says.
        #[source]
        source: std::io::Error,
    },
    /// The file is too large to be a plugin.
    #[error("{origin}: {size} bytes are over the limit of {limit} bytes for a component")]
    TooLarge {
        /// The plugin.
        origin: Origin,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file is no WebAssembly component. Build it for `wasm32-wasip2`.
    #[error("{origin}: is {found}, expected a WebAssembly component (build it for wasm32-wasip2)")]
    NotAComponent {
        /// The plugin.
        origin: Origin,
        /// What it is instead.
        found: &'static str,
    },
    /// The component carries no manifest. Its SDK embeds it.
    #[error(
        "{origin}: carries no manifest: the custom section `tollgate:plugin` with the text of plugin.toml is missing"
    )]
    NoManifest {
        /// The plugin.
        origin: Origin,
    },
    /// The manifest is wrong.
    #[error("{origin}: manifest: {detail}")]
    Manifest {
        /// The plugin.
        origin: Origin,
        /// What and where.
        detail: String,
    },
    /// The plugin imports what the host does not offer.
    #[error("{origin}: plugin {plugin} imports `{import}`, which this host does not offer: {offered}")]
    UnknownImport {
        /// The plugin's place.
        origin: Origin,
        /// The plugin's name and version.
        plugin: String,
        /// The import.
        import: String,
        /// What the host offers instead.
        offered: String,
    },
    /// The plugin exports no tools, or those of another contract.
    #[error("{origin}: plugin {plugin} does not export `{expected}`: it exports {found}")]
    MissingExport {
        /// The plugin's place.
        origin: Origin,
        /// The plugin's name and version.
        plugin: String,
        /// What it must export.
        expected: &'static str,
        /// What it exports.
        found: String,
    },
    /// The component does not compile, or its types do not fit the contract.
    #[error("{origin}: plugin {plugin} does not fit this host: {detail}")]
    Incompatible {
        /// The plugin's place.
        origin: Origin,
        /// The plugin's name and version.
        plugin: String,
        /// What the compiler or the linker says.
        detail: String,
    },
    /// The plugin did not tell its tools.
    #[error("{origin}: plugin {plugin} did not list its tools: {detail}")]
    ListTools {
        /// The plugin's place.
        origin: Origin,
        /// The plugin's name and version.
        plugin: String,
        /// Why.
        detail: String,
    },
    /// A tool of the plugin is not as the contract wants it.
    #[error("{origin}: plugin {plugin}: tool `{tool}`: {detail}")]
    Tool {
        /// The plugin's place.
        origin: Origin,
        /// The plugin's name and version.
        plugin: String,
        /// The tool.
        tool: String,
        /// What is wrong.
        detail: String,
    },
    /// A pattern of a grant is wrong.
    #[error("{origin}: {whose}: {detail}")]
    Grant {
        /// The plugin.
        origin: Origin,
        /// Which list: the plugin's `request`, the operator's `grant`, or the `reveal` of either.
        whose: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// Two plugins have the same name.
    #[error("two plugins are named {plugin}: {first} and {second}")]
    PluginClash {
        /// The name.
        plugin: String,
        /// The first.
        first: Origin,
        /// The second.
        second: Origin,
    },
    /// Two plugins offer a tool of the same name.
    #[error("two plugins offer the tool `{tool}`: {first} and {second}")]
    ToolClash {
        /// The tool.
        tool: String,
        /// The first plugin.
        first: Origin,
        /// The second plugin.
        second: Origin,
    },
    /// The load was cut off, because the host was shutting down.
    #[error("loading the plugins was cut off")]
    Interrupted,
}

/// Why a call failed. The texts are for the client's model: they say what to do next and give
/// nothing away about the host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// No tool has this name.
    #[error("there is no tool `{name}`{}", did_you_mean(nearest))]
    UnknownTool {
        /// The name.
        name: String,
        /// The most similar names, best first; empty where nothing is similar.
        nearest: Vec<String>,
    },
    /// The arguments do not fit. The caller mends them.
    #[error("invalid arguments: {0}")]
    InvalidArguments(String),
    /// The caller or the plugin may not do that.
    #[error("denied: {0}")]
    Denied(String),
    /// The tool tried and failed.
    #[error("{0}")]
    Failed(String),
    /// The call ran into its deadline. Ask for less, or raise `deadline`.
    #[error("the call was stopped at its deadline of {} s: ask for less at once", .0.as_secs_f64())]
    Deadline(Duration),
    /// The call ran out of memory. Ask for less, or raise `memory_bytes`.
    #[error("the call needed more memory than its limit of {0} bytes: ask for less at once")]
    Memory(u64),
    /// The answer is too large. Ask for less, or raise `output_bytes`.
    #[error("the answer is over the limit of {limit} bytes: ask for less, by filter, fields or limit")]
    OutputTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The plugin answered what the contract does not allow. Its author mends it.
    #[error("the plugin's answer breaks its contract: {0}")]
    InvalidOutput(String),
    /// The plugin broke: a panic, an exit, a deadlock. The log has the detail under this id.
    #[error("the tool broke down; the host's log has the detail under the id {correlation_id}")]
    Trap {
        /// Where to find it in the log.
        correlation_id: String,
    },
    /// The host itself failed. The log has the detail under this id.
    #[error("the host failed; its log has the detail under the id {correlation_id}")]
    Internal {
        /// Where to find it in the log.
        correlation_id: String,
    },
    /// Too many calls at once. Try again later.
    #[error("the host is at its limit of {limit} calls at once: try again later")]
    Overloaded {
        /// The limit on calls at once.
        limit: u32,
    },
    /// The plugins could not be loaded.
    #[error("the plugins could not be loaded: {0}")]
    Load(Arc<LoadError>),
}

fn did_you_mean(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [name] => format!("; did you mean `{name}`?"),
        [first @ .., last] => format!("; did you mean `{}` or `{last}`?", first.join("`, `")),
    }
}

/// An id that a client can quote and an operator can find in the log.
pub(crate) fn correlation_id() -> String {
    format!("{:016x}", fastrand::u64(..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_tool_names_the_nearest() {
        let text = |nearest: &[&str]| {
            let nearest = nearest.iter().map(|&name| name.to_owned()).collect();
            CallError::UnknownTool { name: "ec2".to_owned(), nearest }.to_string()
        };
        assert_eq!(text(&[]), "there is no tool `ec2`");
        assert_eq!(text(&["a"]), "there is no tool `ec2`; did you mean `a`?");
        assert_eq!(text(&["a", "b", "c"]), "there is no tool `ec2`; did you mean `a`, `b` or `c`?");
    }
}
