//! The runtime's tools as MCP describes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::{MetaObject, Tool, ToolAnnotations};
use tollgate_runtime::Tool as Source;

/// The descriptions, each made once for as long as its tool stays the same.
#[derive(Default)]
pub(crate) struct Tools(Mutex<HashMap<String, (Arc<Source>, Tool)>>);

impl Tools {
    /// The descriptions of `sources`, in their order.
    pub(crate) fn describe(&self, sources: &[Arc<Source>]) -> Vec<Tool> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sources
            .iter()
            .map(|source| match known.get(&source.name) {
                Some((same, tool)) if Arc::ptr_eq(same, source) => tool.clone(),
                _ => {
                    let tool = describe(source);
                    known.insert(source.name.clone(), (source.clone(), tool.clone()));
                    tool
                }
            })
            .collect()
    }

    /// One description, if it was asked for before.
    pub(crate) fn get(&self, name: &str) -> Option<Tool> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).map(|(_, tool)| tool.clone())
    }
}

fn describe(source: &Source) -> Tool {
    let hints = source.hints;
    let annotations = ToolAnnotations::from_raw(
        source.title.clone(),
        Some(hints.read_only),
        Some(hints.destructive),
        Some(hints.idempotent),
        Some(hints.open_world),
    );
    let mut tool = Tool::new(source.name.clone(), source.description.clone(), source.input_schema.clone())
        .with_annotations(annotations);
    tool.title = source.title.clone();
    tool.output_schema = source.output_schema.clone().map(Arc::new);
    tool.meta = source.meta.clone().map(MetaObject);
    tool
}
