//! How a call ended, as MCP tells it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rmcp::ErrorData;
use rmcp::model::{
    CallToolResponse, CallToolResult, ContentBlock, EmbeddedResource, MetaObject, Resource, ResourceContents,
};
use serde_json::{Value, json};
use tollgate_runtime::{Body, CallError, Content, Output};

/// The answer of a tool. What is structured is sent as such and not once more as text: it is up
/// to the plugin to say the gist of it in its content.
pub(super) fn output(output: Output) -> CallToolResult {
    fill(output).unwrap_or_else(|error| malformed(&error))
}

fn fill(output: Output) -> Result<CallToolResult, serde_json::Error> {
    let content = output.content.into_iter().map(block).collect::<Result<_, _>>()?;
    let mut result = CallToolResult::success(content);
    result.structured_content = output.structured.map(|raw| serde_json::from_str(raw.get())).transpose()?;
    result.meta = output.meta.map(MetaObject);
    Ok(result)
}

/// A failure. An unknown tool is an error of the protocol; everything else the model should read,
/// and so is a result.
pub(super) fn failed(error: CallError) -> Result<CallToolResponse, ErrorData> {
    let text = error.to_string();
    if let CallError::UnknownTool { nearest, .. } = &error {
        return Err(ErrorData::invalid_params(text, Some(json!({ "nearest": nearest }))));
    }
    Ok(failure(&text).into())
}

/// A failure that only this client meets.
pub(super) fn failure(text: &str) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(text)])
}

fn block(content: Content) -> Result<ContentBlock, serde_json::Error> {
    Ok(match content {
        Content::Text(text) => ContentBlock::text(text),
        Content::Image(blob) => ContentBlock::image(STANDARD.encode(blob.data), blob.mime_type),
        Content::Audio(blob) => ContentBlock::audio(STANDARD.encode(blob.data), blob.mime_type),
        Content::ResourceLink(link) => {
            let mut resource = Resource::new(link.uri, link.name);
            resource.description = link.description;
            resource.mime_type = link.mime_type;
            ContentBlock::resource_link(resource)
        }
        Content::Resource(embedded) => {
            let (uri, mime_type) = (embedded.uri, embedded.mime_type);
            let contents = match embedded.body {
                Body::Text(text) => {
                    ResourceContents::TextResourceContents { uri, mime_type, text, meta: None }
                }
                Body::Blob(data) => ResourceContents::BlobResourceContents {
                    uri,
                    mime_type,
                    blob: STANDARD.encode(data),
                    meta: None,
                },
            };
            ContentBlock::Resource(EmbeddedResource::new(contents))
        }
        Content::Other(block) => serde_json::from_value(Value::Object(block))?,
    })
}

/// The failure of a plugin that answers what is not of MCP.
pub(super) fn malformed(error: &serde_json::Error) -> CallToolResult {
    tracing::error!(%error, blame = "guest", "a plugin's answer is malformed");
    failure("the plugin's answer breaks its contract: the host's log has the detail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_tool_is_an_error_of_the_protocol() {
        let unknown = CallError::UnknownTool {
            name: "ec2_list".to_owned(),
            nearest: vec!["ec2_list_instances".to_owned()],
        };
        let told = failed(unknown).expect_err("no result");
        assert_eq!(told.code.0, -32602);
        assert_eq!(told.message, "there is no tool `ec2_list`; did you mean `ec2_list_instances`?");
        assert_eq!(told.data, Some(json!({"nearest": ["ec2_list_instances"]})));
    }

    #[test]
    fn other_failures_are_results_that_the_model_reads() {
        let denied = CallError::Denied("not granted: grant `ec2:StopInstances`".to_owned());
        let Ok(CallToolResponse::Complete(told)) = failed(denied) else { panic!("a result is expected") };
        assert_eq!(told.is_error, Some(true));
        let text = told.content[0].as_text().expect("text");
        assert!(text.text.contains("ec2:StopInstances"), "{}", text.text);
    }

    #[test]
    fn other_content_is_a_block_of_mcp() {
        let text = json!({"type": "text", "text": "x", "annotations": {"priority": 1.0}});
        let Value::Object(other) = text.clone() else { panic!("{text} is no object") };
        let block = block(Content::Other(other)).expect("a block");
        assert_eq!(serde_json::to_value(block).expect("JSON"), text);
        assert!(super::block(Content::Other(serde_json::Map::new())).is_err());
    }
}
