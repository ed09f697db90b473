//! What a [`Runtime`](crate::Runtime) is made from.

use std::path::PathBuf;
use std::time::Duration;

use tollgate_aws::grant::Mode;

use crate::error::Origin;

/// The plugins and their limits. Plain data: nothing is read before the first load.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What one call, and all calls together, may use.
    pub limits: Limits,
    /// Where compiled components are kept; `None`: every start compiles anew.
    pub cache_dir: Option<PathBuf>,
    /// The plugins, in the order of the operator's configuration.
    pub plugins: Vec<PluginConfig>,
}

/// One plugin and what it is granted.
#[derive(Clone, Debug)]
pub struct PluginConfig {
    /// Where the component comes from.
    pub source: Source,
    /// The patterns that the operator grants, for example `ec2:Describe*`. What holds is what the
    /// plugin requests *and* this grants. `None`: a bundled plugin holds its own request, a plugin
    /// from a file holds nothing.
    pub grant: Option<Vec<String>>,
    /// Whether writes can be granted at all.
    pub mode: Mode,
    /// The operations whose answers the plugin sees in full, for example `lambda:ListFunctions` with the values
    /// of environment variables, if its manifest asks for that as well.
    pub reveal: Vec<String>,
}

/// Where a component comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Part of the host's binary.
    Bundled {
        /// The name for messages; the plugin's own name stands in its manifest.
        name: String,
        /// The component.
        bytes: &'static [u8],
    },
    /// A file, read when the plugins are loaded.
    File(PathBuf),
}

impl Source {
    /// How messages call it.
    #[must_use]
    pub fn origin(&self) -> Origin {
        match self {
            Self::Bundled { name, .. } => Origin::Bundled(name.clone()),
            Self::File(path) => Origin::File(path.clone()),
        }
    }
}

/// What calls may use. Every limit holds for one call unless it says otherwise.
#[derive(Clone, Debug)]
pub struct Limits {
    /// From the moment that a call runs to its answer.
    pub deadline: Duration,
    /// The part of the deadline, at its end, in which AWS is not asked any more: a plugin answers
    /// then with what it has. At most a quarter of it, however short it is.
    pub grace: Duration,
    /// How large a structured output should be; see `tollgate:call/budget`.
    pub answer_bytes: u32,
    /// The linear memories and tables of a call's sandbox, together.
    pub memory_bytes: u64,
    /// The arguments of a call.
    pub input_bytes: usize,
    /// The answer of a call: content, structured content and metadata together.
    pub output_bytes: usize,
    /// How many calls run at once, over all plugins and callers.
    pub concurrent_calls: u32,
    /// How many further calls wait for a place; the next one is refused as overloaded.
    pub waiting_calls: u32,
    /// How long a call waits for a place before it is refused as overloaded.
    pub wait: Duration,
    /// AWS requests in flight; further ones wait for their turn.
    pub api_calls: u32,
    /// AWS requests in flight or waiting for their turn; the next one is refused.
    pub api_calls_pending: u32,
    /// The inputs of the AWS requests in flight or waiting, together.
    pub api_pending_bytes: usize,
    /// The input of one AWS request.
    pub api_input_bytes: usize,
    /// Log lines; what comes after is counted and dropped.
    pub log_lines: u32,
    /// Bytes of log lines; what comes after is counted and dropped.
    pub log_bytes: usize,
    /// At most one progress report in this time; the last one always passes.
    pub progress_interval: Duration,
    /// All cache entries of one plugin, over all its calls.
    pub cache_bytes: u64,
    /// One cache entry: key and value.
    pub cache_entry_bytes: usize,
    /// All results that are kept for callers, together.
    pub results_bytes: usize,
    /// One kept result, as JSON.
    pub result_bytes: usize,
    /// One query over a kept result.
    pub result_query: Duration,
    /// A component file.
    pub component_bytes: u64,
    /// For a plugin to tell its tools when it is loaded.
    pub load_deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(120),
            grace: Duration::from_secs(5),
            // About 4,000 tokens of tables.
            answer_bytes: 9_000,
            memory_bytes: 128 << 20,
            input_bytes: 1 << 20,
            output_bytes: 4 << 20,
            concurrent_calls: 64,
            waiting_calls: 256,
            wait: Duration::from_secs(10),
            api_calls: 256,
            api_calls_pending: 16_384,
            api_pending_bytes: 32 << 20,
            api_input_bytes: 1 << 20,
            log_lines: 1_000,
            log_bytes: 256 << 10,
            progress_interval: Duration::from_millis(50),
            cache_bytes: 16 << 20,
            cache_entry_bytes: 1 << 20,
            results_bytes: 128 << 20,
            result_bytes: 64 << 20,
            result_query: Duration::from_secs(5),
            component_bytes: 64 << 20,
            load_deadline: Duration::from_secs(10),
        }
    }
}
