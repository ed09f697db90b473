//! All tools of all plugins, by name.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::LoadError;
use crate::plugin::{Plugin, PluginInfo};
use crate::tool::Tool;

/// Names less similar than this are no help.
const SIMILAR: f64 = 0.75;
const NEAREST: usize = 3;

/// The loaded plugins and their tools.
#[derive(Debug)]
pub struct Registry {
    plugins: Vec<Arc<Plugin>>,
    tools: Vec<Arc<Tool>>,
    by_name: HashMap<String, Entry>,
}

/// A tool and where it runs.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) tool: Arc<Tool>,
    pub(crate) plugin: Arc<Plugin>,
}

impl Registry {
    /// Puts the plugins together. Two of a name are an error that names both.
    pub(crate) fn new(plugins: Vec<Plugin>) -> Result<Self, LoadError> {
        let plugins: Vec<Arc<Plugin>> = plugins.into_iter().map(Arc::new).collect();
        let mut by_plugin: HashMap<&str, &Plugin> = HashMap::new();
        let mut by_name: HashMap<String, Entry> = HashMap::new();
        for plugin in &plugins {
            if let Some(first) = by_plugin.insert(&plugin.info.name, plugin) {
                return Err(LoadError::PluginClash {
                    plugin: plugin.info.name.clone(),
                    first: first.origin.clone(),
                    second: plugin.origin.clone(),
                });
            }
            for tool in &plugin.tools {
                let entry = Entry { tool: tool.clone(), plugin: plugin.clone() };
                if let Some(first) = by_name.insert(tool.name.clone(), entry) {
                    return Err(clash(tool, &first.plugin, plugin));
                }
            }
        }
        let mut tools: Vec<Arc<Tool>> = by_name.values().map(|entry| entry.tool.clone()).collect();
        tools.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(Self { plugins, tools, by_name })
    }

    /// All tools, by name.
    #[must_use]
    pub fn tools(&self) -> &[Arc<Tool>] {
        &self.tools
    }

    /// The plugins, in the order of the configuration.
    pub fn plugins(&self) -> impl ExactSizeIterator<Item = &Arc<PluginInfo>> {
        self.plugins.iter().map(|plugin| &plugin.info)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Entry> {
        self.by_name.get(name)
    }

    /// The names most similar to one that is unknown, best first.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Vec<String> {
        let mut names: Vec<(f64, &str)> = self
            .tools
            .iter()
            .map(|tool| (strsim::jaro_winkler(&tool.name, name), tool.name.as_str()))
            .filter(|(similarity, _)| *similarity >= SIMILAR)
            .collect();
        names.sort_by(|left, right| right.0.total_cmp(&left.0));
        names.into_iter().take(NEAREST).map(|(_, name)| name.to_owned()).collect()
    }
}

/// Two tools have one name: which plugin must change depends on whose they are.
fn clash(tool: &Tool, first: &Plugin, second: &Plugin) -> LoadError {
    let tool = tool.name.clone();
    if first.info.name == second.info.name {
        let detail = "is listed twice".to_owned();
        return LoadError::Tool {
            origin: second.origin.clone(),
            plugin: second.info.to_string(),
            tool,
            detail,
        };
    }
    LoadError::ToolClash { tool, first: first.origin.clone(), second: second.origin.clone() }
}
